short       = 1
longer_name = 2

x                   = 3
an_even_longer_name = 4



y = 5
