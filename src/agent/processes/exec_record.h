// The record that exec.bpf.c puts on the ring and ebpf_source.cc reads: plain C, shared by both.
// A record is the fixed head followed by `data_bytes` bytes: the components of the executable's path (leaf first, each
// with its NUL), the same for the working directory, the file name as the caller gave it, and the raw arguments.
// Without data it is an exit of a whole process.
#ifndef WEIR_AGENT_EXEC_RECORD_H
#define WEIR_AGENT_EXEC_RECORD_H

enum { WEIR_EXEC = 1, WEIR_EXIT = 2 };

enum {
  WEIR_FLAG_SCRIPT = 1,          // the kernel ran an interpreter for the file named by the caller
  WEIR_FLAG_PATH_CUT = 2,        // the executable's path was longer than what a record holds
  WEIR_FLAG_DIRECTORY_CUT = 4,
  WEIR_FLAG_ARGUMENTS_CUT = 8,
  WEIR_FLAG_DETACHED = 16,       // the executable hangs in no visible tree: memfd and its like
};

enum { WEIR_RECORD_DATA_MAX = 8192, WEIR_ARGUMENTS_MAX = 2048, WEIR_FILENAME_MAX = 1024 };

struct weir_exec_record {
  unsigned int kind;
  unsigned int flags;
  unsigned int pid;         // of the process (thread group)
  unsigned int parent;      // of its parent
  unsigned int uid;         // effective
  unsigned int login_uid;   // 4294967295: nobody logged in
  unsigned int session;     // pid of the session leader
  unsigned int mount_namespace;
  unsigned int device;      // kernel encoding: major << 20 | minor
  unsigned int links;       // 0: the executable is deleted
  unsigned long long inode;
  unsigned long long size;
  unsigned long long filesystem;   // magic number
  unsigned long long cgroup;       // id in the v2 tree
  unsigned long long forked_at;    // boot-time ns
  unsigned long long at;           // boot-time ns of this event
  unsigned short path_bytes;
  unsigned short directory_bytes;
  unsigned short filename_bytes;
  unsigned short arguments_bytes;
  unsigned int data_bytes;
  char comm[16];
  unsigned int reserved;
};

#endif
