a   = 1
bbb = 2 # the end