// Signals: what start-up, fork and other modules need of them.
#pragma once
#include <signal.h>

#include "runtime/api.h"

namespace kaa {

// Start-up of the main thread: SIGPIPE and SIGXFSZ are ignored, SIGINT raises KeyboardInterrupt.
Status install_signals(Thread& main);
// In the child of a fork: its thread is the main one now, and signals that came before do not count.
void signal_after_fork(Thread& t);
void thread_after_fork(Thread& t);   // likewise of _thread: handles of the threads that are no more say so
// The default SIGINT handler is put back, as for programs that are executed: SIGPIPE, SIGXFSZ too (restore_signals of subprocess).
void restore_default_signals();
// An iterable of signal numbers.
Status sigset_arg(Thread& t, Value v, sigset_t* out);
// As if the signal had come (for _thread.interrupt_main): its handler runs in the main thread.
void trip_signal(int signum);
// Whether a Python function handles it.
bool signal_is_handled(int signum);

}  // namespace kaa
