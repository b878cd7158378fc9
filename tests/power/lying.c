/* A disk that says "synced" and is not: LD_PRELOAD this, and no sync reaches it. */
#define _GNU_SOURCE
#include <stddef.h>
#include <sys/types.h>
int fsync(int fd) { (void)fd; return 0; }
int fdatasync(int fd) { (void)fd; return 0; }
int msync(void *at, size_t length, int flags) { (void)at; (void)length; (void)flags; return 0; }
int sync_file_range(int fd, off_t at, off_t length, unsigned int flags)
{ (void)fd; (void)at; (void)length; (void)flags; return 0; }
