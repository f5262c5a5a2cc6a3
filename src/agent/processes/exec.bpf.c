// SPDX-License-Identifier: MIT OR GPL-2.0-only
// The kernel's side of the exec events: one record per exec and per end of a process, and an exact count of records
// that found no room. This one file is dual licensed MIT/GPL, unlike the rest of the repository (Apache-2.0): the
// kernel lets only GPL-compatible programs use these helpers. The types below name just the members that are read;
// their places are corrected when the program is loaded (CO-RE), so no kernel header is needed.
#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "exec_record.h"

char weir_license[] SEC("license") = "Dual MIT/GPL";

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct qstr { const unsigned char *name; };
struct super_block { unsigned int s_dev; unsigned long s_magic; };
struct inode { struct super_block *i_sb; unsigned long i_ino; unsigned int i_nlink; long long i_size; };
struct dentry { struct dentry *d_parent; struct qstr d_name; };
struct vfsmount { struct dentry *mnt_root; };
struct mount { struct mount *mnt_parent; struct dentry *mnt_mountpoint; struct vfsmount mnt; };
struct path { struct vfsmount *mnt; struct dentry *dentry; };
struct file { struct path f_path; struct inode *f_inode; };
struct fs_struct { struct path pwd; };
struct mm_struct { unsigned long arg_start; unsigned long arg_end; };
struct ns_common { unsigned int inum; };
struct mnt_namespace { struct ns_common ns; };
struct nsproxy { struct mnt_namespace *mnt_ns; };
typedef struct { unsigned int val; } kuid_t;
struct cred { kuid_t euid; };
struct upid { int nr; };
struct pid { struct upid numbers[1]; };
typedef struct { int counter; } atomic_t;
struct signal_struct { atomic_t live; struct pid *pids[4]; };
struct task_struct {
  int tgid;
  struct task_struct *real_parent;
  unsigned long long start_boottime;
  const struct cred *cred;
  kuid_t loginuid;
  struct fs_struct *fs;
  struct signal_struct *signal;
  struct nsproxy *nsproxy;
  struct mm_struct *mm;
};
struct task_struct___before_5_5 { unsigned long long real_start_time; };
struct linux_binprm { struct file *file; const char *filename; const char *interp; };
#pragma clang attribute pop

enum { PIDTYPE_OF_SESSION = 3, COMPONENTS_MAX = 48, COMPONENT_BYTES_MAX = 256 };
enum { WALK_ENDS = 0, WALK_GOES_ON = 1 };
#define UNSET 0xffffffffU

struct scratch {
  struct weir_exec_record head;
  char data[WEIR_RECORD_DATA_MAX + WEIR_ARGUMENTS_MAX + COMPONENT_BYTES_MAX];
  unsigned int offset;  // of the next free byte of data
  struct mount *walk_mount;
  struct dentry *walk_dentry;
};

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 1 << 20);
} records SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, unsigned int);
  __type(value, unsigned long long);
} lost SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, unsigned int);
  __type(value, struct scratch);
} scratches SEC(".maps");

static __always_inline void count_loss(void) {
  unsigned int zero = 0;
  unsigned long long *count = bpf_map_lookup_elem(&lost, &zero);
  if (count) __sync_fetch_and_add(count, 1);
}

static __always_inline unsigned long long fork_time(struct task_struct *task) {
  if (bpf_core_field_exists(task->start_boottime)) return BPF_CORE_READ(task, start_boottime);
  struct task_struct___before_5_5 *older = (void *)task;
  if (bpf_core_field_exists(older->real_start_time)) return BPF_CORE_READ(older, real_start_time);
  return 0;
}

// One step of a walk from a path's end to the root of its mount namespace; appends the component it passes. A function
// of its own, with its state in the scratch, because the verifier then looks at it once and not once per component.
__noinline int walk_step(unsigned int cut_flag) {
  unsigned int zero = 0;
  struct scratch *out = bpf_map_lookup_elem(&scratches, &zero);
  if (!out) return WALK_ENDS;
  struct mount *mount = out->walk_mount;
  struct dentry *dentry = out->walk_dentry;
  if (dentry == BPF_CORE_READ(mount, mnt.mnt_root)) {
    struct mount *above = BPF_CORE_READ(mount, mnt_parent);
    if (above == mount) return WALK_ENDS;
    out->walk_dentry = BPF_CORE_READ(mount, mnt_mountpoint);
    out->walk_mount = above;
    return WALK_GOES_ON;
  }
  struct dentry *parent = BPF_CORE_READ(dentry, d_parent);
  unsigned int offset = out->offset;
  out->head.flags |= cut_flag;
  if (offset >= WEIR_RECORD_DATA_MAX - COMPONENT_BYTES_MAX) return WALK_ENDS;
  long bytes = bpf_probe_read_kernel_str(&out->data[offset], COMPONENT_BYTES_MAX, BPF_CORE_READ(dentry, d_name.name));
  if (bytes <= 0 || bytes > COMPONENT_BYTES_MAX) return WALK_ENDS;
  out->head.flags &= ~cut_flag;
  out->offset = offset + bytes;
  out->walk_dentry = parent;
  if (parent != dentry) return WALK_GOES_ON;
  out->head.flags |= WEIR_FLAG_DETACHED;
  return WALK_ENDS;
}

// Appends the components of the path, leaf first, up to the root of the mount namespace.
static __always_inline void append_path(struct scratch *out, struct vfsmount *vfsmount, struct dentry *dentry,
                                        unsigned int cut_flag) {
  out->walk_mount = (void *)vfsmount - bpf_core_field_offset(struct mount, mnt);
  out->walk_dentry = dentry;
  for (int i = 0; i < COMPONENTS_MAX; i++)
    if (walk_step(cut_flag) != WALK_GOES_ON) return;
  out->head.flags |= cut_flag;
}

static __always_inline void describe_task(struct weir_exec_record *head, struct task_struct *task) {
  head->pid = BPF_CORE_READ(task, tgid);
  head->parent = BPF_CORE_READ(task, real_parent, tgid);
  head->uid = BPF_CORE_READ(task, cred, euid.val);
  head->login_uid = UNSET;
  if (bpf_core_field_exists(task->loginuid)) head->login_uid = BPF_CORE_READ(task, loginuid.val);
  head->session = BPF_CORE_READ(task, signal, pids[PIDTYPE_OF_SESSION], numbers[0].nr);
  head->mount_namespace = BPF_CORE_READ(task, nsproxy, mnt_ns, ns.inum);
  head->cgroup = bpf_get_current_cgroup_id();
  head->forked_at = fork_time(task);
  head->at = bpf_ktime_get_boot_ns();
  bpf_get_current_comm(head->comm, sizeof head->comm);
}

static __always_inline void append_filename(struct scratch *out, const char *filename) {
  unsigned int offset = out->offset;
  if (offset >= WEIR_RECORD_DATA_MAX - WEIR_FILENAME_MAX) return;
  long bytes = bpf_probe_read_kernel_str(&out->data[offset], WEIR_FILENAME_MAX, filename);
  if (bytes <= 0 || bytes > WEIR_FILENAME_MAX) return;
  out->head.filename_bytes = bytes;
  out->offset = offset + bytes;
}

static __always_inline void append_arguments(struct scratch *out, struct task_struct *task) {
  unsigned long begin = BPF_CORE_READ(task, mm, arg_start);
  unsigned long bytes = BPF_CORE_READ(task, mm, arg_end) - begin;
  if (bytes > WEIR_ARGUMENTS_MAX - 1) {
    bytes = WEIR_ARGUMENTS_MAX - 1;
    out->head.flags |= WEIR_FLAG_ARGUMENTS_CUT;
  }
  unsigned int offset = out->offset;
  unsigned int wanted = bytes & (WEIR_ARGUMENTS_MAX - 1);
  if (offset >= WEIR_RECORD_DATA_MAX) return;
  if (bpf_probe_read_user(&out->data[offset], wanted, (void *)begin)) return;
  out->head.arguments_bytes = wanted;
  out->offset = offset + wanted;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(weir_exec, struct task_struct *task, int old_pid, struct linux_binprm *binary) {
  unsigned int zero = 0;
  struct scratch *out = bpf_map_lookup_elem(&scratches, &zero);
  if (!out) return 0;
  struct weir_exec_record *head = &out->head;
  __builtin_memset(head, 0, sizeof *head);
  head->kind = WEIR_EXEC;
  describe_task(head, task);

  struct file *file = BPF_CORE_READ(binary, file);
  struct inode *inode = BPF_CORE_READ(file, f_inode);
  head->device = BPF_CORE_READ(inode, i_sb, s_dev);
  head->filesystem = BPF_CORE_READ(inode, i_sb, s_magic);
  head->inode = BPF_CORE_READ(inode, i_ino);
  head->links = BPF_CORE_READ(inode, i_nlink);
  head->size = BPF_CORE_READ(inode, i_size);
  const char *filename = BPF_CORE_READ(binary, filename);
  if (filename != BPF_CORE_READ(binary, interp)) head->flags |= WEIR_FLAG_SCRIPT;

  out->offset = 0;
  append_path(out, BPF_CORE_READ(file, f_path.mnt), BPF_CORE_READ(file, f_path.dentry), WEIR_FLAG_PATH_CUT);
  head->path_bytes = out->offset;
  unsigned int detached = head->flags & WEIR_FLAG_DETACHED;
  append_path(out, BPF_CORE_READ(task, fs, pwd.mnt), BPF_CORE_READ(task, fs, pwd.dentry), WEIR_FLAG_DIRECTORY_CUT);
  head->flags = (head->flags & ~WEIR_FLAG_DETACHED) | detached;
  head->directory_bytes = out->offset - head->path_bytes;
  append_filename(out, filename);
  append_arguments(out, task);
  head->data_bytes = out->offset;
  unsigned long bytes = sizeof *head + out->offset;
  if (bytes > sizeof *out) bytes = sizeof *out;
  if (bpf_ringbuf_output(&records, out, bytes, 0)) count_loss();
  return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(weir_exit, struct task_struct *task) {
  if (BPF_CORE_READ(task, signal, live.counter) != 0) return 0;
  struct weir_exec_record record = {.kind = WEIR_EXIT};
  record.pid = BPF_CORE_READ(task, tgid);
  record.forked_at = fork_time(task);
  record.at = bpf_ktime_get_boot_ns();
  if (bpf_ringbuf_output(&records, &record, sizeof record, 0)) count_loss();
  return 0;
}
