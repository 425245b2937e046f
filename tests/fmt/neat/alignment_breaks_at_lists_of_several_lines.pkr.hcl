short = 1
list = [
  1,
]
longer_name = 2
other_list  = [1, 2]
x           = 1
