source "null" "x" {     # a
  communicator = "none" #b
}                       # c
