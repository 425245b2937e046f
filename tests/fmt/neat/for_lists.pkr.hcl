a = [for x in y : x]
b = [for x in y : upper(x) if x != ""]
c = [for i, x in y : "${i}-${x}"]
d = [
  for x in y :
  x
]
