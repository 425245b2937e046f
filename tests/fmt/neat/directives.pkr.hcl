a = "%{if x}y%{else}z%{endif}"
b = "%{for x in y}${x},%{endfor~}"
