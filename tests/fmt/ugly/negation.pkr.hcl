a=!  x
b=! (x&&! y)
