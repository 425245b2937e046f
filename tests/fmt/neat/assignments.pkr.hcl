a   = 1
bb  = 2
ccc = 3

dddddd = 4
e      = 5
