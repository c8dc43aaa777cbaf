// termios: control of terminals.
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "modules/posix/sys_util.h"

namespace kaa {

namespace {

Type* g_error;

Error termios_error(Thread& t, int err) {
  Value text = TRY(new_str(t, strerror(err)));
  Value e = TRY(call(t, g_error, small_int(err), text));
  return raise_value(t, e);
}
template <class F>
Result<Value> none_or_error(Thread& t, F&& fn) {
  SysResult r = blocking_once(t, fn);
  if (r.failed()) return termios_error(t, r.err);
  return kNone;
}

Result<Value> termios_tcgetattr(Thread& t, Args a) {
  int fd = TRY(fd_arg(t, a[0]));
  termios mode;
  SysResult r = blocking_once(t, [&] { return tcgetattr(fd, &mode); });
  if (r.failed()) return termios_error(t, r.err);
  speed_t in = cfgetispeed(&mode), out = cfgetospeed(&mode);
  List* cc = TRY(new_list(t, NCCS));
  for (int i = 0; i < NCCS; i++) {
    // Without canonical mode, two of them are numbers.
    Value v;
    if (!(mode.c_lflag & ICANON) && (i == VMIN || i == VTIME)) v = small_int(mode.c_cc[i]);
    else v = TRY(new_bytes(t, &mode.c_cc[i], 1));
    TRY(list_append(t, cc, v));
  }
  List* l = TRY(new_list(t, 7));
  for (uint32_t f : {mode.c_iflag, mode.c_oflag, mode.c_cflag, mode.c_lflag, in, out}) TRY(list_append(t, l, small_int(f)));
  TRY(list_append(t, l, cc));
  return l;
}
Result<Value> termios_tcsetattr(Thread& t, Args a) {
  int fd = TRY(fd_arg(t, a[0])), when = TRY(to_cint(t, a[1]));
  if (!is_list(a[2]) || a.as<List>(2)->size != 7) return RAISE(TypeError, "tcsetattr, arg 3: must be 7 element list");
  Tuple* items = TRY(tuple_from(t, a[2]));
  termios mode;
  SysResult r = blocking_once(t, [&] { return tcgetattr(fd, &mode); });  // what the list does not hold stays
  if (r.failed()) return termios_error(t, r.err);
  uint32_t v[6];
  for (uint32_t i = 0; i < 6; i++) {
    if (!is_int(items->items[i])) return RAISE(TypeError, "tcsetattr: elements of attributes must be integers");
    v[i] = static_cast<uint32_t>(TRY(to_int64(t, items->items[i])));
  }
  mode.c_iflag = v[0];
  mode.c_oflag = v[1];
  mode.c_cflag = v[2];
  mode.c_lflag = v[3];
  if (!is_list(items->items[6]) || items->items[6].as<List>()->size != NCCS)
    return RAISE(TypeError, "tcsetattr: attributes[6] must be %d element list", NCCS);
  Tuple* cc = TRY(tuple_from(t, items->items[6]));
  for (uint32_t i = 0; i < NCCS; i++) {
    Value c = cc->items[i];
    if (is_bytes(c) && c.as<Bytes>()->size == 1) mode.c_cc[i] = static_cast<cc_t>(c.as<Bytes>()->data()[0]);
    else if (is_int(c)) mode.c_cc[i] = static_cast<cc_t>(TRY(to_int64(t, c)));
    else return RAISE(TypeError, "tcsetattr: elements of attributes must be characters or integers");
  }
  if (cfsetispeed(&mode, v[4]) < 0 || cfsetospeed(&mode, v[5]) < 0) return termios_error(t, errno);
  return none_or_error(t, [&] { return tcsetattr(fd, when, &mode); });
}
Result<Value> termios_tcsendbreak(Thread& t, Args a) {
  int fd = TRY(fd_arg(t, a[0])), n = TRY(to_cint(t, a[1]));
  return none_or_error(t, [&] { return tcsendbreak(fd, n); });
}
Result<Value> termios_tcdrain(Thread& t, Args a) {
  int fd = TRY(fd_arg(t, a[0]));
  return none_or_error(t, [&] { return tcdrain(fd); });
}
Result<Value> termios_tcflush(Thread& t, Args a) {
  int fd = TRY(fd_arg(t, a[0])), n = TRY(to_cint(t, a[1]));
  return none_or_error(t, [&] { return tcflush(fd, n); });
}
Result<Value> termios_tcflow(Thread& t, Args a) {
  int fd = TRY(fd_arg(t, a[0])), n = TRY(to_cint(t, a[1]));
  return none_or_error(t, [&] { return tcflow(fd, n); });
}
Result<Value> termios_tcgetwinsize(Thread& t, Args a) {
  int fd = TRY(fd_arg(t, a[0]));
  winsize w;
  SysResult r = blocking_once(t, [&] { return ioctl(fd, TIOCGWINSZ, &w); });
  if (r.failed()) return termios_error(t, r.err);
  return TRY(make_tuple(t, small_int(w.ws_row), small_int(w.ws_col)));
}
Result<Value> termios_tcsetwinsize(Thread& t, Args a) {
  int fd = TRY(fd_arg(t, a[0]));
  if ((!is_list(a[1]) && !is_tuple(a[1]) && !type_of(a[1])->dunder(D_getitem)) || is_dict(a[1]))
    return RAISE(TypeError, "tcsetwinsize, arg 2: must be a two-item sequence");
  Tuple* u = TRY(tuple_from(t, a[1]));
  if (u->size != 2) return RAISE(TypeError, "tcsetwinsize, arg 2: must be a two-item sequence");
  int64_t rows = TRY(to_int64(t, u->items[0])), columns = TRY(to_int64(t, u->items[1]));
  if (rows != static_cast<uint16_t>(rows) || columns != static_cast<uint16_t>(columns)) return RAISE(OverflowError, "winsize value(s) out of range.");
  winsize w;
  SysResult r = blocking_once(t, [&] { return ioctl(fd, TIOCGWINSZ, &w); });
  if (r.failed()) return termios_error(t, r.err);
  w.ws_row = static_cast<uint16_t>(rows);
  w.ws_col = static_cast<uint16_t>(columns);
  return none_or_error(t, [&] { return ioctl(fd, TIOCSWINSZ, &w); });
}

#define ROW(name, sig, doc) {#name, termios_##name, sig, doc, MethodKind::kFunction}
const MethodDef k_functions[] = {
    ROW(tcgetattr, "(fd, /)", "The attributes of a terminal: [iflag, oflag, cflag, lflag, ispeed, ospeed, cc]."),
    ROW(tcsetattr, "(fd, when, attributes, /)", "Sets the attributes of a terminal."),
    ROW(tcsendbreak, "(fd, duration, /)", "Sends a break."),
    ROW(tcdrain, "(fd, /)", "Waits until the output has been sent."),
    ROW(tcflush, "(fd, queue, /)", "Drops what is queued."),
    ROW(tcflow, "(fd, action, /)", "Stops or resumes input or output."),
    ROW(tcgetwinsize, "(fd, /)", "The size of the window: (rows, columns)."),
    ROW(tcsetwinsize, "(fd, winsize, /)", "Sets the size of the window."),
};

constexpr Constant k_constants[] = {
#define C(name) {#name, static_cast<int64_t>(name)},
    C(B0) C(B1000000) C(B110) C(B115200) C(B1152000) C(B1200) C(B134) C(B150) C(B1500000) C(B1800) C(B19200) C(B200) C(B2000000)
    C(B230400) C(B2400) C(B2500000) C(B300) C(B3000000) C(B3500000) C(B38400) C(B4000000) C(B460800) C(B4800) C(B50) C(B500000)
    C(B57600) C(B576000) C(B600) C(B75) C(B921600) C(B9600) C(BRKINT) C(BS0) C(BS1) C(BSDLY) C(CBAUD) C(CBAUDEX)
    C(CIBAUD) C(CLOCAL) C(CR0) C(CR1) C(CR2) C(CR3) C(CRDLY) C(CREAD) C(CRTSCTS) C(CS5) C(CS6) C(CS7) C(CS8) C(CSIZE) C(CSTOPB) C(ECHO)
    C(ECHOCTL) C(ECHOE) C(ECHOK) C(ECHOKE) C(ECHONL) C(ECHOPRT) C(EXTA) C(EXTB) C(EXTPROC) C(FF0) C(FF1) C(FFDLY) C(FIOASYNC) C(FIOCLEX)
    C(FIONBIO) C(FIONCLEX) C(FIONREAD) C(FLUSHO) C(HUPCL) C(ICANON) C(ICRNL) C(IEXTEN) C(IGNBRK) C(IGNCR) C(IGNPAR) C(IMAXBEL) C(INLCR)
    C(INPCK) C(ISIG) C(ISTRIP) C(IUCLC) C(IUTF8) C(IXANY) C(IXOFF) C(IXON) C(NCCS) C(NL0) C(NL1) C(NLDLY) C(NOFLSH) C(OCRNL) C(OFDEL)
    C(OFILL) C(OLCUC) C(ONLCR) C(ONLRET) C(ONOCR) C(OPOST) C(PARENB) C(PARMRK) C(PARODD) C(PENDIN) C(TAB0) C(TAB1) C(TAB2) C(TAB3) C(TABDLY)
    C(TCFLSH) C(TCGETS) C(TCIFLUSH) C(TCIOFF) C(TCIOFLUSH) C(TCION) C(TCOFLUSH) C(TCOOFF) C(TCOON) C(TCSADRAIN) C(TCSAFLUSH) C(TCSANOW)
    C(TCSBRK) C(TCSBRKP) C(TCSETS) C(TCSETSF) C(TCSETSW) C(TCXONC) C(TIOCCONS) C(TIOCEXCL) C(TIOCGETD) C(TIOCGICOUNT) C(TIOCGLCKTRMIOS)
    C(TIOCGPGRP) C(TIOCGSERIAL) C(TIOCGSOFTCAR) C(TIOCGWINSZ) C(TIOCINQ) C(TIOCLINUX) C(TIOCMBIC) C(TIOCMBIS) C(TIOCMGET) C(TIOCMIWAIT)
    C(TIOCMSET) C(TIOCM_CAR) C(TIOCM_CD) C(TIOCM_CTS) C(TIOCM_DSR) C(TIOCM_DTR) C(TIOCM_LE) C(TIOCM_RI) C(TIOCM_RNG) C(TIOCM_RTS)
    C(TIOCM_SR) C(TIOCM_ST) C(TIOCNOTTY) C(TIOCNXCL) C(TIOCOUTQ) C(TIOCPKT) C(TIOCPKT_DATA) C(TIOCPKT_DOSTOP) C(TIOCPKT_FLUSHREAD)
    C(TIOCPKT_FLUSHWRITE) C(TIOCPKT_NOSTOP) C(TIOCPKT_START) C(TIOCPKT_STOP) C(TIOCSCTTY) C(TIOCSERCONFIG) C(TIOCSERGETLSR) C(TIOCSERGWILD)
    C(TIOCSERSWILD) C(TIOCSER_TEMT) C(TIOCSETD) C(TIOCSLCKTRMIOS) C(TIOCSPGRP) C(TIOCSSERIAL) C(TIOCSSOFTCAR) C(TIOCSTI) C(TIOCSWINSZ)
    C(TOSTOP) C(VDISCARD) C(VEOF) C(VEOL) C(VEOL2) C(VERASE) C(VINTR) C(VKILL) C(VLNEXT) C(VMIN) C(VQUIT) C(VREPRINT) C(VSTART) C(VSTOP)
    C(VSUSP) C(VSWTC) C(VT0) C(VT1) C(VTDLY) C(VTIME) C(VWERASE) C(XCASE) C(XTABS)
#undef C
    // Of the kernel's headers, which clash with the C library's.
    {"CDSUSP", 25}, {"CEOF", 4}, {"CEOL", 0}, {"CEOT", 4}, {"CERASE", 127}, {"CFLUSH", 15}, {"CINTR", 3}, {"CKILL", 21}, {"CLNEXT", 22},
    {"CQUIT", 28}, {"CRPRNT", 18}, {"CSTART", 17}, {"CSTOP", 19}, {"CSUSP", 26}, {"CWERASE", 23}, {"IBSHIFT", 16},
    {"IOCSIZE_MASK", 1073676288}, {"IOCSIZE_SHIFT", 16}, {"N_MOUSE", 2}, {"N_PPP", 3}, {"N_SLIP", 1}, {"N_STRIP", 4}, {"N_TTY", 0},
    {"TIOCSERGETMULTI", 21594}, {"TIOCSERGSTRUCT", 21592}, {"TIOCSERSETMULTI", 21595}, {"VSWTCH", 7}, {"_POSIX_VDISABLE", 0},
};

Status termios_exec(Thread& t, Module* m) {
  if (!g_error) {
    static Value root;
    g_error = TRY(make_exception(t, "termios.error", KAA_TYPE(Exception), nullptr));
    root = g_error;
    add_root(&root);
  }
  TRY(module_add(t, m, "error", g_error));
  return add_constants(t, m, k_constants);
}

}  // namespace

extern const ModuleDef termios_module = {"termios", "Control of terminals.", k_functions, termios_exec};

}  // namespace kaa
