a = { for k, v in y : k => v }
b = { for x in y : x.name => x... }
c = {
  for k, v in y :
  k => v
  if v != null
}
