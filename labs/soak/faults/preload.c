/*
 * Stands between SQLite and the system (LD_PRELOAD): makes writes and syncs of one database fail, and keeps a
 * copy of what a power cut would leave: what was written before an fsync that succeeded. Linux alone.
 * preload.ts builds it, and describes the files that the environment names:
 *
 *   FAULTS_DATABASE  the database's path; its log is beside it
 *   FAULTS_CONTROL   a file of 32-bit numbers, in the order of `struct control`, which may change at any time
 *   FAULTS_DURABLE   the folder of the copies
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Chances are in thousandths. */
struct control {
  uint32_t write_eio, write_enospc, write_short, sync_eio, truncate_eio;
  /* Not 0: fsync answers success and does nothing. */
  uint32_t swallow_syncs;
  /* Not 0: no file may grow, as on a disk that is full. */
  uint32_t full;
  /* Counted by this library. */
  uint32_t injected, syncs;
};

enum { DATABASE, LOG, SHARED, FILES };
static const char *const suffixes[FILES] = {"", "-wal", "-shm"};

struct range { off_t from, to; };

/*
 * Ranges that were written since the last sync. The list lies in a file, because it outlives a killed process: the system writes
 * those pages too, at the next sync of whoever opens the file.
 */
enum { ROOM = 1 << 16 };
struct unsynced {
  uint64_t count;
  struct range ranges[ROOM];
};

/* A file of which a copy is kept. */
struct kept {
  int copy;
  struct unsynced *unsynced;
};

static struct control *control;
static struct control none;
static char paths[FILES][4096];
static struct kept kept[FILES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint32_t random_state = 1;

static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_write)(int, const void *, size_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_ftruncate)(int, off_t);

static int open_or_end(const char *path) {
  int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd >= 0) return fd;
  fprintf(stderr, "faults: %s cannot be opened\n", path);
  _exit(3);
}

/* Maps the file, made as long as it must be, for all processes that do. */
static void *map_or_end(const char *path, size_t size) {
  int fd = open_or_end(path);
  struct stat now;
  if (fstat(fd, &now) == 0 && (now.st_size >= (off_t)size || real_ftruncate(fd, (off_t)size) == 0)) {
    void *mapped = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (mapped != MAP_FAILED) return mapped;
  }
  fprintf(stderr, "faults: %s cannot be mapped\n", path);
  _exit(3);
}

__attribute__((constructor)) static void begin(void) {
  real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
  real_write = dlsym(RTLD_NEXT, "write");
  real_fsync = dlsym(RTLD_NEXT, "fsync");
  real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
  real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
  control = &none;
  const char *database = getenv("FAULTS_DATABASE");
  const char *path = getenv("FAULTS_CONTROL");
  const char *durable = getenv("FAULTS_DURABLE");
  if (database == NULL || path == NULL || durable == NULL) return;
  for (int file = 0; file < FILES; file++) {
    snprintf(paths[file], sizeof paths[file], "%s%s", database, suffixes[file]);
    kept[file].copy = -1;
    if (file == SHARED) continue; /* it is made anew after a crash: of it no copy is kept */
    char name[4096];
    snprintf(name, sizeof name, "%s/copy%s", durable, suffixes[file]);
    kept[file].copy = open_or_end(name);
    snprintf(name, sizeof name, "%s/unsynced%s", durable, suffixes[file]);
    kept[file].unsynced = map_or_end(name, sizeof *kept[file].unsynced);
  }
  control = map_or_end(path, sizeof *control);
  random_state = (uint32_t)getpid() * 2654435761u | 1;
}

/* The file that the descriptor is open on, or -1. Asked anew each time, because descriptors are used again. */
static int file_of(int fd) {
  if (control == &none) return -1;
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return -1;
  path[length] = 0;
  for (int file = 0; file < FILES; file++)
    if (strcmp(path, paths[file]) == 0) return file;
  return -1;
}

/* Xorshift. */
static int happens(uint32_t thousandths) {
  if (thousandths == 0) return 0;
  random_state ^= random_state << 13;
  random_state ^= random_state >> 17;
  random_state ^= random_state << 5;
  return random_state % 1000 < thousandths;
}

static int fail(int code) {
  control->injected++;
  errno = code;
  return -1;
}

static void remember(int file, off_t from, size_t length) {
  struct unsynced *each = kept[file].unsynced;
  if (each == NULL || control->swallow_syncs) return; /* it will never be durable */
  pthread_mutex_lock(&lock);
  if (each->count == ROOM) {
    fprintf(stderr, "faults: more than %d writes without a sync\n", ROOM);
    abort();
  }
  each->ranges[each->count++] = (struct range){from, from + (off_t)length};
  pthread_mutex_unlock(&lock);
}

/* Copies what was written since the last sync. */
static void make_durable(int file, int fd) {
  struct unsynced *each = kept[file].unsynced;
  int copy = kept[file].copy;
  if (each == NULL) return;
  struct stat now;
  char part[65536];
  pthread_mutex_lock(&lock);
  for (uint64_t index = 0; index < each->count; index++) {
    off_t at = each->ranges[index].from;
    while (at < each->ranges[index].to) {
      size_t left = (size_t)(each->ranges[index].to - at);
      ssize_t got = pread(fd, part, left < sizeof part ? left : sizeof part, at);
      if (got <= 0) break; /* the file was cut shorter meanwhile */
      if (real_pwrite(copy, part, (size_t)got, at) != got) abort();
      at += got;
    }
  }
  each->count = 0;
  if (fstat(fd, &now) != 0 || real_ftruncate(copy, now.st_size) != 0) abort();
  pthread_mutex_unlock(&lock);
}

/* After a failed fsync Linux holds the pages for clean: no later one writes them (PostgreSQL's wiki, "Fsync Errors"). */
static void forget(int file) {
  pthread_mutex_lock(&lock);
  if (kept[file].unsynced != NULL) kept[file].unsynced->count = 0;
  pthread_mutex_unlock(&lock);
}

static int would_grow(int fd, off_t end) {
  struct stat now;
  return fstat(fd, &now) == 0 && end > now.st_size;
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t at) {
  int file = file_of(fd);
  if (file < 0) return real_pwrite(fd, bytes, length, at);
  if (happens(control->write_eio)) return fail(EIO);
  if (happens(control->write_enospc)) return fail(ENOSPC);
  if (control->full && would_grow(fd, at + (off_t)length)) return fail(ENOSPC);
  if (length > 1 && happens(control->write_short)) {
    control->injected++;
    length = length / 2; /* SQLite asks again for the rest, and may then meet any of the others */
  }
  remember(file, at, length);
  return real_pwrite(fd, bytes, length, at);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) {
  return pwrite64(fd, bytes, length, at);
}

/* For a build of SQLite that seeks and writes. */
ssize_t write(int fd, const void *bytes, size_t length) {
  /* The loader itself may write before the constructor has run. */
  if (real_write == NULL) real_write = dlsym(RTLD_NEXT, "write");
  int file = control == NULL ? -1 : file_of(fd);
  if (file < 0) return real_write(fd, bytes, length);
  off_t at = lseek(fd, 0, SEEK_CUR);
  ssize_t written = pwrite64(fd, bytes, length, at);
  if (written > 0) lseek(fd, written, SEEK_CUR);
  return written;
}

static int sync_by(int (*real)(int), int fd) {
  int file = file_of(fd);
  if (file < 0) return real(fd);
  if (happens(control->sync_eio)) {
    forget(file);
    return fail(EIO);
  }
  if (control->swallow_syncs) {
    control->injected++;
    return 0;
  }
  int outcome = real(fd);
  if (outcome != 0) return outcome;
  control->syncs++;
  make_durable(file, fd);
  return 0;
}

int fsync(int fd) { return sync_by(real_fsync, fd); }
int fdatasync(int fd) { return sync_by(real_fdatasync, fd); }

int ftruncate64(int fd, off_t length) {
  int file = file_of(fd);
  if (file >= 0 && happens(control->truncate_eio)) return fail(EIO);
  if (file >= 0 && control->full && would_grow(fd, length)) return fail(ENOSPC);
  return real_ftruncate(fd, length);
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }
