build{
# first

// second
name="x"
      # third

/* fourth */
}
