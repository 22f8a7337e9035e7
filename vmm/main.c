/* SPDX-License-Identifier: MIT
 *
 * The life of a machine: the command line, the machine, its image, the run,
 * the report.
 *
 * Threads: in the supervisor, this one; in a life (life.h) it sets up and becomes
 * vCPU 0, beside the loop's, the disks', and one for each further vCPU.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vmm/balloon.h"
#include "vmm/check_host.h"
#include "vmm/console.h"
#include "vmm/cpuid.h"
#include "vmm/disk.h"
#include "vmm/given.h"
#include "vmm/jail.h"
#include "vmm/kick.h"
#include "vmm/kvm.h"
#include "vmm/log.h"
#include "vmm/platform.h"
#include "vmm/sandbox.h"
#include "vmm/speculation.h"
#include "vmm/supervisor.h"
#include "vmm/vcpu.h"
#include "vmm/zone.h"

enum { EXIT_CRASH = 3 };

extern const uint8_t embedded_guest[], embedded_guest_end[];

struct vm vm = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.changed = PTHREAD_COND_INITIALIZER,
	.dying = PTHREAD_MUTEX_INITIALIZER,
};

const struct gmem *const guest_ram = &vm.mem;

void
vm_stop(enum stop how, int status)
{
	if (vm_stopping() && !(vm.stop == STOP_RESET && how == STOP_LEAVE))
		return;
	stats_milestone(AT_STOP);
	control_end(how, status);
	vm.stop_status = status;
	__atomic_store_n(&vm.stop, how, __ATOMIC_SEQ_CST);
	pthread_cond_broadcast(&vm.changed);
	for (unsigned i = 0; i < vm.config.cpus; i++)
		vcpu_kick(&vm.vcpus[i]);
}

void
vm_power_button(void)
{
	power_button(&vm.board.power);
	control_event("POWERDOWN", NULL);
}

void
vm_mark(uint32_t number)
{
	stats_mark(number);
}

/* Who closes one of them before starting us does not want /dev/kvm or an image
 * to be the guest's terminal. */
static void
open_standard(void)
{
	struct pollfd fds[] = { { .fd = 0 }, { .fd = 1 }, { .fd = 2 } };

	poll(fds, ARRAY_SIZE(fds), 0);
	for (unsigned i = 0; i < ARRAY_SIZE(fds); i++)
		if (fds[i].revents & POLLNVAL && open("/dev/null", O_RDWR) < 0)
			_exit(1); /* nowhere to say why */
}

static struct image
open_image(const char *option, const char *path)
{
	struct image image = { .name = path };
	struct stat is;

	image.fd = given_open(path, O_RDONLY | O_NONBLOCK);
	if (image.fd < 0 || fstat(image.fd, &is) < 0)
		die_errno("%s %s", option, path);
	if (!S_ISREG(is.st_mode))
		die("%s %s: not a regular file", option, path);
	image.size = (uint64_t)is.st_size;
	return image;
}

/* What boot_load() needs: the files stay open for a restart. */
static void
open_images(void)
{
	const struct config *c = &vm.config;
	struct boot *b = &vm.boot;

	b->mem = &vm.mem;
	b->cmdline = c->cmdline;
	b->cpus = c->cpus;
	b->devices = c->devices;
	disk_setup(&b->devices);
	console_setup(&b->devices);
	/* For all restarts: a reboot is no new generation. */
	if (getrandom(b->generation, sizeof(b->generation), GRND_NONBLOCK) < 0)
		memset(b->generation, 0, sizeof(b->generation));
	b->acpi = c->irqchip != IRQCHIP_NONE && !c->firmware;
	b->loader = c->loader;
	b->flat_address = c->flat_address;
	b->flat_mode = c->flat_mode;
	if (c->kernel != NULL)
		b->kernel =
		    open_image(c->firmware ? "--firmware" : "IMAGE", c->kernel);
	else
		b->kernel = (struct image){
			.name = "the embedded guest",
			.fd = -1,
			.data = embedded_guest,
			.size = (uint64_t)(embedded_guest_end - embedded_guest),
		};
	for (; b->module_count < c->module_count; b->module_count++) {
		struct boot_module *m = &b->modules[b->module_count];

		m->image = open_image(c->modules[b->module_count].option,
		    c->modules[b->module_count].path);
		m->cmdline = c->modules[b->module_count].args;
	}
}

/* The window `firmware` of windows.def is the limit. */
static void
map_rom(void)
{
	const struct image *rom = &vm.boot.kernel;

	if (rom->size == 0 || rom->size % (64 * KIB) || rom->size > 16 * MIB)
		die("--firmware %s: expected a multiple of 64K up to 16M",
		    rom->name);
	if (!gmem_init_rom(&vm.mem, rom->size))
		die_errno("--firmware %s", rom->name);
}

static void
load(void)
{
	if (!boot_load(&vm.boot))
		die("%s: %s", vm.boot.kernel.name, vm.boot.error);
	stats_milestone(AT_LOADED);
}

static void
create_vcpus(void)
{
	for (unsigned i = 0; i < vm.config.cpus; i++)
		kvm_create_vcpu(i);
	cpuid_set();
	stats_milestone(AT_VCPUS);
}

static int
report(void)
{
	const struct stats *all[VCPUS_MAX];

	if (vm.crashed != NULL)
		vcpu_dump(vm.crashed);
	for (unsigned i = 0; i < vm.config.cpus; i++)
		all[i] = &vm.vcpus[i].stats;
	if (vm.config.stats)
		stats_print(all, vm.config.cpus);
	switch (vm.stop) {
	case STOP_STATUS:
		return vm.stop_status & 0xff;
	case STOP_PANIC:
	case STOP_CRASH:
		return EXIT_CRASH;
	case STOP_HOST:
		return 1;
	default:
		return 0;
	}
}

void
vm_end(void)
{
	bool wait = vm.stop != STOP_LEAVE;
	int status;

	if (vm_restarts(vm.stop)) {
		pause_at_end();
		life_end(0, true);
	}
	control_finish();
	console_finish(wait);
	term_drain(wait);
	status = report();
	life_end(status, false);
}

/* With the lock; for vm_await(). */
static void
announce(bool *what)
{
	*what = true;
	pthread_cond_broadcast(&vm.changed);
}

void
vm_await(const bool *what)
{
	pthread_mutex_lock(&vm.lock);
	while (!*what)
		pthread_cond_wait(&vm.changed, &vm.lock);
	pthread_mutex_unlock(&vm.lock);
}

void
vm_ready(void)
{
	pthread_mutex_lock(&vm.lock);
	vm.ready++;
	pthread_cond_broadcast(&vm.changed);
	pthread_mutex_unlock(&vm.lock);
	vm_await(&vm.running);
}

/* All that has a name, and nothing is read of it yet. */
static void
open_all(void)
{
	supervisor_keep_tidy();
	jail_join();
	kvm_open();
	open_images();
	disk_open_all();
	console_open_all();
	control_open();
	if (vm.config.rtc.base == RTC_LOCALTIME)
		vm.zone = zone_open();
	term_open();
	loop_take_signals();
	if (!given_close_rest())
		die_errno("descriptors that mica was started with");
}

/* The machine without what is in it. */
static void
create(void)
{
	loop_init();
	loop_start();
	if (!gmem_init(&vm.mem, vm.config.mem))
		die_errno("--mem: %llu MiB of guest memory",
		    (unsigned long long)(vm.config.mem / MIB));
	if (vm.config.firmware)
		map_rom();
	kvm_create();
	vcpu_init();
	board_configure(&vm.board, &vm.boot.devices);
	kick_make_all();
	control_create(); /* before threads that are told of it */
	disk_start_all();
	disk_attach_all();
	balloon_attach();
	console_attach_all();
	term_start();
	create_vcpus();
	kick_hang_all();
	/* No entropy at early boot is no reason not to start. */
	if (getrandom(vm.boot.seed, sizeof(vm.boot.seed), GRND_NONBLOCK) < 0)
		memset(vm.boot.seed, 0, sizeof(vm.boot.seed));
	sandbox_close();
	pthread_mutex_lock(&vm.lock);
	announce(&vm.created);
	pthread_mutex_unlock(&vm.lock);
}

/* Until each has its seccomp program: the loop's, the disks', and those of the
 * other vCPUs. */
static void
await_threads(void)
{
	const unsigned loop = 1, others = vm.config.cpus - 1;

	while (vm.ready < loop + others + vm.disks.workers)
		pthread_cond_wait(&vm.changed, &vm.lock);
	announce(&vm.running);
}

/* What is in it, as confined as its guest. With the lock, which others have
 * until all of them are there. */
static void
start(void)
{
	await_threads();
	load();
	platform_configure();
	if (vm.life.again)
		life_recall();
	board_reset(&vm.board);
	console_start();
	control_start();
	term_resume();
	if (vm.config.paused && !vm.life.again) {
		vm.pause.prelaunch = true;
		pause_begin();
	}
}

int
main(int argc, char **argv)
{
	stats_milestone(AT_START);
	open_standard();
	config_parse(&vm.config, argc, argv);
	if (vm.config.describe) {
		describe();
		return 0;
	}
	if (vm.config.check_host)
		return check_host(vm.config.kvm);
	if (vm.config.sandbox == SANDBOX_OFF)
		warn("WARNING: --sandbox off: a guest that breaks out of its"
		     " machine may do whatever you may");
	speculation_begin();
	open_all();
	supervisor_begin(); /* the rest is a life's */
	vm.pid = getpid();
	sandbox_enter();
	life_seat();
	create();
	for (unsigned i = 1; i < vm.config.cpus; i++)
		vcpu_start(&vm.vcpus[i]);
	vcpu_be_first();
	pthread_mutex_lock(&vm.lock);
	start();
	pthread_mutex_unlock(&vm.lock);
	vcpu_run_first();
}
