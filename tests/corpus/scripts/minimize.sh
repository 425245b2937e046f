#!/bin/sh -e
echo minimize.sh
