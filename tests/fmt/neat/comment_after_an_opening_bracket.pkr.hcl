a = [   # first
  1,    # one
  2     # two
]       # last
b = {   // x
  c = 1 // y
}
