def for_command(argv):
    pass
