// Draws what the table beside it says. Without this script the table stands alone.
(() => {
  "use strict";
  const number = new Intl.NumberFormat(document.documentElement.lang);
  const short = new Intl.NumberFormat(document.documentElement.lang, { notation: "compact" });
  const draw = (section) => {
    const data = JSON.parse(section.querySelector("script[type='application/json']").textContent);
    const [chartTab, tableTab] = section.querySelectorAll("[role=tab]");
    const chart = document.getElementById(chartTab.getAttribute("aria-controls"));
    const table = document.getElementById(tableTab.getAttribute("aria-controls"));
    const narrow = chart.parentElement.clientWidth < 560;
    chart.style.height = `${Math.max(data.labels.length * 44 + 90, 180)}px`;
    const show = (tab) => {
      for (const one of [chartTab, tableTab]) {
        one.setAttribute("aria-selected", String(one === tab));
        one.tabIndex = one === tab ? 0 : -1;
      }
      chart.hidden = tab !== chartTab;
      table.hidden = tab !== tableTab;
    };
    section.querySelector("[role=tablist]").hidden = false;
    table.setAttribute("role", "tabpanel");
    show(chartTab);
    const drawn = window.echarts.init(chart, null, { renderer: "canvas" });
    drawn.setOption({
      animation: false,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 14 },
      grid: { left: 8, right: narrow ? 80 : 110, top: 8, bottom: 36, containLabel: true },
      tooltip: { trigger: "item", valueFormatter: (value) => `${number.format(value)} ${data.unit}` },
      xAxis: {
        type: "value", name: data.unit, nameLocation: "middle", nameGap: 30, splitNumber: narrow ? 2 : 5, minInterval: 1,
        axisLabel: { formatter: (value) => short.format(value), hideOverlap: true },
      },
      yAxis: { type: "category", inverse: true, data: data.labels, axisTick: { show: false }, axisLabel: { width: narrow ? 90 : 200, overflow: "break" } },
      series: [{
        type: "bar", name: data.name, data: data.values, barMaxWidth: 24, itemStyle: { color: "#256ef4", borderRadius: [0, 4, 4, 0] },
        label: { show: true, position: "right", color: "#1d1d1d", formatter: (point) => number.format(point.value) },
      }],
    });
    for (const tab of [chartTab, tableTab]) {
      tab.addEventListener("click", () => { show(tab); drawn.resize(); });
      tab.addEventListener("keydown", (event) => {
        if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
        const other = tab === chartTab ? tableTab : chartTab;
        show(other); other.focus(); drawn.resize();
      });
    }
    window.addEventListener("resize", () => drawn.resize());
  };
  document.querySelectorAll("[data-chart]").forEach(draw);
})();
