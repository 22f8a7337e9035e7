/* SPDX-License-Identifier: MIT
 *
 * What the user asked for: the command line, judged once. Read-only after
 * config_parse(); its strings live in argv or in `text`.
 */
#ifndef VMM_CONFIG_H
#define VMM_CONFIG_H

#include "boot/boot.h"
#include "devices/virtio_bus.h"
#include "vmm/blk_file.h"

#define MICA_VERSION "0.1.0"

enum sandbox { SANDBOX_FULL, SANDBOX_LITE, SANDBOX_OFF };
enum irqchip { IRQCHIP_SPLIT, IRQCHIP_KERNEL, IRQCHIP_NONE };
enum pit { PIT_USER, PIT_KERNEL, PIT_NONE };
enum { VCPUS_MAX = 254, CPU_MINUS_MAX = 64, DISKS_MAX = 8 };
enum { CONSOLES_MAX = VIRTIO_CONSOLE_PORTS };

/* A --disk. */
struct config_disk {
	const char *path, *id; /* never NULL; at most 20 characters of id */
	bool read_only;
	enum blk_aio aio;
	enum blk_sync sync;
	struct virtio_setup setup;
};

/* --balloon, besides its struct virtio_setup. */
struct config_balloon {
	uint64_t target;  /* bytes left to the guest; 0: all */
	uint32_t stats_s; /* interval; 0: never */
};

/* A --console: a port of the device. */
struct config_console {
	enum console_kind {
		CONSOLE_NOTHING,
		CONSOLE_STDIO,
		CONSOLE_UNIX,
		CONSOLE_FILE
	} kind;
	const char *path, *name; /* never NULL; name "": a console, hvcN */
};

/* --rtc. */
enum rtc_base { RTC_UTC, RTC_LOCALTIME, RTC_DATETIME };

struct config_rtc {
	enum rtc_base base;
	int64_t seconds; /* since 1970: DATETIME */
	int64_t base_year;
	bool slew;
};

struct config {
	const char *kernel; /* NULL: the embedded guest */
	bool firmware;	    /* it is a ROM */
	struct {
		const char *option, *path, *args; /* args never NULL */
	} modules[BOOT_MODULES_MAX];
	unsigned module_count;
	char cmdline[BOOT_CMDLINE_MAX];
	const struct loader *loader; /* NULL: probe */
	gpa_t flat_address;
	enum entry_mode flat_mode;
	uint64_t mem; /* bytes */
	unsigned cpus;
	unsigned cpu_minus[CPU_MINUS_MAX]; /* rows of cpuid.def */
	unsigned cpu_minus_count;
	struct config_disk disks[DISKS_MAX];
	unsigned disk_count;
	struct config_balloon balloon;
	struct config_console consoles[CONSOLES_MAX];
	unsigned console_count;
	struct config_rtc rtc;
	enum irqchip irqchip;
	enum pit pit;
	bool restart; /* --on-reboot restart */
	bool teardown_sync;
	enum sandbox sandbox;
	bool sandbox_strict;
	const char *kvm;	     /* a path, as all here */
	const char *netns, *cgroup;  /* paths, or NULL */
	uint32_t jail_uid, jail_gid; /* root's, in it */
	bool jail;		     /* one of them is the user's wish */
	bool stats, describe, check_host;
	const char *control; /* the socket's path, or NULL */
	bool paused;
	struct virtio_bus_setup devices;
	bool rng_given;	 /* its device was asked for */
	char text[4096]; /* pieces of arguments that needed cutting */
	size_t text_used;
};

/* Fills `config` from the command line or ends the process: with status 1 and
 * one line on a wrong option, with 0 after --help or --version. */
void config_parse(struct config *config, int argc, char **argv);

/* Each option's parser, here or in config_*.c: NULL, or what `text` should have
 * been. */
#define OPTION(name, argument, parser, help)                                   \
	const char *opt_##parser(struct config *config, const char *text);
#include "vmm/options.def"

#endif
