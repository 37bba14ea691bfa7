def headline():
    return {}
