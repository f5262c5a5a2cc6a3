// SPDX-License-Identifier: MIT OR GPL-2.0-only
// The kernel's own list of processes, one record each (task_record.h), read like a file. Dual licensed as exec.bpf.c
// is, and for the same reason; types likewise name just the members that are read.
#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "task_record.h"

char weir_license[] SEC("license") = "Dual MIT/GPL";

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct inode { unsigned long i_ino; };
struct dentry;
struct css_set;
struct path { struct dentry *dentry; };
struct fs_struct { struct path root; };
struct file { struct inode *f_inode; };
struct mm_struct { struct file *exe_file; };
struct ns_common { unsigned int inum; };
struct mnt_namespace { struct ns_common ns; };
struct nsproxy { struct mnt_namespace *mnt_ns; };
typedef struct { unsigned int val; } kuid_t;
struct cred { kuid_t euid; };
struct upid { int nr; };
struct pid { struct upid numbers[1]; };
struct signal_struct { struct pid *pids[4]; };
struct task_struct {
  unsigned int flags;
  int exit_state;
  int pid;
  int tgid;
  struct task_struct *real_parent;
  unsigned long long start_boottime;
  const struct cred *cred;
  kuid_t loginuid;
  struct signal_struct *signal;
  struct nsproxy *nsproxy;
  struct fs_struct *fs;
  struct css_set *cgroups;
  struct mm_struct *mm;
  char comm[16];
};
struct seq_file;
struct bpf_iter_meta { struct seq_file *seq; };
struct bpf_iter__task { struct bpf_iter_meta *meta; struct task_struct *task; };
#pragma clang attribute pop

enum { PIDTYPE_OF_SESSION = 3, KERNEL_THREAD = 0x00200000 };
#define UNSET 0xffffffffU

// The kernel checks each step of such a walk by its own types, so only the name needs a helper.
SEC("iter/task")
int weir_tasks(struct bpf_iter__task *context) {
  struct task_struct *task = context->task;
  if (!task || task->pid != task->tgid || (task->flags & KERNEL_THREAD)) return 0;
  struct weir_task_record record = {.pid = task->tgid};
  record.parent = task->real_parent->tgid;
  record.session = task->signal->pids[PIDTYPE_OF_SESSION]->numbers[0].nr;
  record.uid = task->cred->euid.val;
  record.login_uid = UNSET;
  if (bpf_core_field_exists(task->loginuid)) record.login_uid = task->loginuid.val;
  record.mount_namespace = task->nsproxy->mnt_ns->ns.inum;
  record.ended = task->exit_state != 0;
  record.inode = task->mm->exe_file->f_inode->i_ino;
  record.forked_at = task->start_boottime;
  record.root = (unsigned long long)task->fs->root.dentry;
  record.cgroups = (unsigned long long)task->cgroups;
  bpf_probe_read_kernel_str(record.comm, sizeof record.comm, &task->comm);
  bpf_seq_write(context->meta->seq, &record, sizeof record);
  return 0;
}
