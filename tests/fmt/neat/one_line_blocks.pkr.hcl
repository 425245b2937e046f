a {}
b {}
c { x = 1 }
d { x = 1 }
