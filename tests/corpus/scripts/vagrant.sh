#!/bin/sh -e
echo vagrant.sh
