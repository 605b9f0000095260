/** System calls refused to every container without the capability that allows them. */
const REFUSED: Readonly<Record<string, readonly string[]>> = {
  CAP_SYS_ADMIN: words(
    'bpf fanotify_init fsconfig fsmount fsopen fspick mount mount_setattr move_mount open_tree perf_event_open pivot_root ' +
      'quotactl quotactl_fd setdomainname sethostname setns umount umount2 unshare lookup_dcookie userfaultfd',
  ),
  CAP_SYS_MODULE: words('create_module delete_module finit_module get_kernel_syms init_module query_module'),
  CAP_SYS_BOOT: words('kexec_file_load kexec_load reboot'),
  CAP_SYS_TIME: words('clock_settime clock_settime64 settimeofday stime clock_adjtime clock_adjtime64 adjtimex'),
  CAP_SYS_RAWIO: words('ioperm iopl'),
  CAP_SYS_PACCT: words('acct'),
  CAP_SYS_NICE: words('get_mempolicy mbind move_pages set_mempolicy set_mempolicy_home_node'),
  CAP_DAC_READ_SEARCH: words('open_by_handle_at'),
  CAP_SYS_TTY_CONFIG: words('vhangup'),
  CAP_SYS_PTRACE: words('kcmp'),
};

/** Refused whatever a container may do: keyrings are not namespaced, the rest is obsolete or has a bad history. */
const ALWAYS_REFUSED = words(
  'add_key keyctl request_key nfsservctl swapoff swapon sysfs _sysctl uselib ustat vm86 vm86old io_uring_enter io_uring_register io_uring_setup',
);

/** CLONE_NEW* flags of clone(2): NS, CGROUP, UTS, IPC, USER, PID, NET. */
const NAMESPACE_FLAGS = [0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000];

const EPERM = 1;
const ENOSYS = 38;

const ARCHITECTURES: Readonly<Record<string, readonly string[]>> = {
  x64: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
  arm64: ['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM'],
};

/**
 * The `RuntimeDefault` seccomp profile: what Docker's and containerd's default profiles refuse, written as the list of
 * refusals, which stays short and compiles in no time. `architecture` is Node's name.
 */
export function defaultSeccompProfile(capabilities: readonly string[], architecture: string): unknown {
  const refused = Object.entries(REFUSED)
    .filter(([capability]) => !capabilities.includes(capability))
    .flatMap(([, names]) => names);
  return {
    defaultAction: 'SCMP_ACT_ALLOW',
    architectures: ARCHITECTURES[architecture] ?? [],
    syscalls: [
      { names: [...ALWAYS_REFUSED, ...refused], action: 'SCMP_ACT_ERRNO', errnoRet: EPERM },
      ...(capabilities.includes('CAP_SYS_ADMIN') ? [] : refusedClones()),
    ],
  };
}

/** clone3 takes its flags by pointer, which a filter cannot read: C libraries fall back to clone on ENOSYS. */
function refusedClones(): unknown[] {
  const rules = NAMESPACE_FLAGS.map((flag) => ({
    names: ['clone'],
    action: 'SCMP_ACT_ERRNO',
    errnoRet: EPERM,
    args: [{ index: 0, value: flag, valueTwo: flag, op: 'SCMP_CMP_MASKED_EQ' }],
  }));
  return [...rules, { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: ENOSYS }];
}

function words(text: string): string[] {
  return text.split(' ');
}
