/* sudo of a test system: runs a command as root for everybody. Options (-S -E -H -n -i --) change
 * nothing; NAME=VALUE before the command goes to its environment.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    int i = 1;

    while (i < argc && argv[i][0] == '-') i++;
    while (i < argc && strchr(argv[i], '=')) putenv(argv[i++]);
    if (i >= argc) {
        fputs("usage: sudo [-SEHni] [--] [NAME=VALUE]... COMMAND\n", stderr);
        return 1;
    }
    setenv("USER", "root", 1);
    setenv("HOME", "/root", 1);
    if (setgid(0) == 0 && setuid(0) == 0) execvp(argv[i], argv + i);
    perror(argv[i]);
    return 127;
}
