a      = /* x
  y */ 1
bbbbbb = 2
