a = upper("x")
b = join(",", ["a", "b"])
c = timestamp()
d = max([1, 2]...)
e = concat([1],
  [2],
[3])
