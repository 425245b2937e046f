# one

  # two
