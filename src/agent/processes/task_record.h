// What tasks.bpf.c says about each process and task_list.cc reads: plain C, shared by both. One record of fixed size
// per process; threads and the kernel's own tasks have none.
#ifndef WEIR_AGENT_TASK_RECORD_H
#define WEIR_AGENT_TASK_RECORD_H

struct weir_task_record {
  unsigned int pid;              // of the process (thread group)
  unsigned int parent;           // of its parent
  unsigned int session;          // pid of the session leader
  unsigned int uid;              // effective
  unsigned int login_uid;        // 4294967295: nobody logged in
  unsigned int mount_namespace;  // 0: it ends just now
  unsigned int ended;            // 1: only its exit status is left
  unsigned int reserved;
  char comm[16];                 // as the process calls itself
  unsigned long long inode;      // of its executable; 0: it has none any more
  unsigned long long forked_at;  // boot-time ns
  unsigned long long root;       // its root directory; equal numbers in one list are the same
  unsigned long long cgroups;    // its control groups, likewise
};

#endif
