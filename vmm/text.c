/* SPDX-License-Identifier: MIT
 *
 * See text.h.
 */
#include "vmm/text.h"

#include <string.h>

struct out {
	char *to;
	size_t room, length;
};

/* What stands between a % and its letter. */
struct form {
	bool left, zeros, wide;
	size_t width, precision;
};

static void
put(struct out *o, char c)
{
	if (o->length < o->room)
		o->to[o->length] = c;
	o->length++;
}

static void
put_field(struct out *o, const struct form *f, const char *text, size_t length)
{
	size_t pad = f->width > length ? f->width - length : 0;

	for (; !f->left && pad > 0; pad--)
		put(o, f->zeros ? '0' : ' ');
	while (length-- > 0)
		put(o, *text++);
	for (; pad > 0; pad--)
		put(o, ' ');
}

static void
put_number(struct out *o, const struct form *f, uint64_t n, unsigned base)
{
	char digits[20], *at = digits + sizeof(digits);

	do
		*--at = "0123456789abcdef"[n % base];
	while ((n /= base) != 0);
	put_field(o, f, at, (size_t)(digits + sizeof(digits) - at));
}

/* Negative numbers come without a width. */
static void
put_signed(struct out *o, const struct form *f, int64_t n)
{
	if (n < 0)
		put(o, '-');
	put_number(o, f, n < 0 ? -(uint64_t)n : (uint64_t)n, 10);
}

static size_t
read_count(const char **format)
{
	size_t n = 0;

	for (; **format >= '0' && **format <= '9'; ++*format)
		n = n * 10 + (size_t)(**format - '0');
	return n;
}

static void
read_form(const char **format, struct form *f)
{
	*f = (struct form){ .precision = SIZE_MAX };
	f->left = **format == '-';
	f->zeros = **format == '0';
	*format += f->left;
	f->width = read_count(format);
	if (**format == '.') {
		++*format;
		f->precision = read_count(format);
	}
	for (; **format == 'l' || **format == 'z'; ++*format)
		f->wide = true;
}

size_t
text_putv(char *to, size_t room, const char *format, va_list args)
{
	struct out o = { .to = to, .room = room };
	struct form f;
	const char *s;
	char c;

	while ((c = *format++) != '\0') {
		if (c != '%') {
			put(&o, c);
			continue;
		}
		read_form(&format, &f);
		switch (*format++) {
		case '%':
			put(&o, '%');
			break;
		case 'c':
			put(&o, (char)va_arg(args, int));
			break;
		case 's':
			s = va_arg(args, const char *);
			put_field(&o, &f, s, strnlen(s, f.precision));
			break;
		case 'd':
			put_signed(&o, &f,
			    f.wide ? va_arg(args, int64_t) : va_arg(args, int));
			break;
		case 'u':
		case 'x':
			put_number(&o, &f,
			    f.wide ? va_arg(args, uint64_t)
				   : va_arg(args, unsigned),
			    format[-1] == 'u' ? 10 : 16);
			break;
		default:
			check(false); /* another of printf's */
		}
	}
	if (room > 0)
		to[MIN(o.length, room - 1)] = '\0';
	return o.length;
}

size_t
text_put(char *to, size_t room, const char *format, ...)
{
	va_list args;
	size_t length;

	va_start(args, format);
	length = text_putv(to, room, format, args);
	va_end(args);
	return length;
}

static unsigned
digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10) : 16;
}

const char *
text_number(const char *text, unsigned base, uint64_t *value)
{
	const char *from = text;

	*value = 0;
	for (unsigned digit; (digit = digit_of(*text)) < base; text++)
		if (__builtin_mul_overflow(*value, base, value) ||
		    __builtin_add_overflow(*value, digit, value))
			return NULL;
	return text != from ? text : NULL;
}

const char *
text_next(const char **at)
{
	const char *word = *at;

	*at += strlen(word) + 1;
	return word;
}
