a = {
  x : 1
  yyyy : 2
  "z" : 3
}
