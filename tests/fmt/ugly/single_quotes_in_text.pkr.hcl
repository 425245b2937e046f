a="it's"
  b=  "say \"hi\""
