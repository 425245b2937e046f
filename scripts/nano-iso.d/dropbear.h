/* What differs from dropbear's default options. */
#define DROPBEAR_REEXEC 0
#define DROPBEAR_SMALL_CODE 0
#define DROPBEAR_X11FWD 0
#define DROPBEAR_SVR_AGENTFWD 0
/* Packer 1.6.6, with which the builds are compared, signs with its RSA keys in no other way. */
#define DROPBEAR_RSA_SHA1 1
#define DO_MOTD 0
#define DEFAULT_PATH "/bin"
#define DEFAULT_ROOT_PATH "/bin"
