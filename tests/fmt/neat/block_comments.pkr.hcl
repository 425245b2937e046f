/* one */ a   = 1
b             = /* two */ 2
c /* three */ = 3
d             = [1, /* four */ 2]
/*
  several
 lines
*/
e = 5
