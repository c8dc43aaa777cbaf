// sys.monitoring: which tools want to know of which events, and where. sys.settrace and sys.setprofile are two tools more.
//
// A tool has a set of events for all code (Monitoring::global), and one for each code object. From both a code object gets a *spot* for each of its words: masks
// of the tools to be told when the instruction there runs, for each kind of event it can make. Spots are made when the code first runs under the tracing table
// (interp/tracing.cpp) and again when Monitoring::version has moved on; an instruction whose spot is empty costs one comparison. A callback that returns DISABLE
// takes its tool out of the spot; `disabled` remembers that across later versions, until restart_events()
// or until the tool does not want the event of that code.
// While no tool wants anything, the loop runs on its usual table and knows nothing of this.
#pragma once
#include <vector>

#include "interp/interp.h"

namespace kaa {

// Numbers as in sys.monitoring.events. Those up to STOP_ITERATION are tied to a place in the code: they may be asked for by code object, and disabled.
enum class MonEvent : uint8_t {
  PyStart, PyResume, PyReturn, PyYield, Call, Line, Instruction, Jump, BranchLeft, BranchRight, StopIteration,
  Raise, ExceptionHandled, PyUnwind, PyThrow, Reraise, CReturn, CRaise, Branch, kCount
};
constexpr int kMonEvents = static_cast<int>(MonEvent::kCount);
constexpr uint32_t mon_bit(MonEvent e) { return 1u << static_cast<int>(e); }
constexpr uint32_t kLocalEvents = mon_bit(MonEvent::Raise) - 1;
constexpr uint32_t kCReturnEvents = mon_bit(MonEvent::CReturn) | mon_bit(MonEvent::CRaise);
extern const char* const kMonEventNames[kMonEvents];

constexpr int kUserTools = 6, kProfileTool = 6, kTraceTool = 7, kTools = 8;

// Which byte of a spot an event belongs to. Branches use two: Main for left, Alt for right. Start is at the first instruction after a function's prologue
// and at what follows a YIELD. Handler is no event: it marks where exceptions arrive, for those who want lines. Called is an instruction event more, at what
// follows a call on another line: that the call has come back is seen on its own line (elsewhere an instruction that takes the result is still to come there).
enum SpotSlot : uint8_t { kSpotLine, kSpotInstruction, kSpotMain, kSpotAlt, kSpotStop, kSpotStart, kSpotHandler, kSpotCalled, kSpotSlots };
union Spot {
  uint8_t tools[kSpotSlots];
  uint64_t bits;
};

struct CodeMonitor {                 // one block of malloc: this, the spots, the disabled ones
  uint64_t version;                  // of Monitoring, when the spots were made
  uint64_t restarts;                 // of Monitoring, when `disabled` was last cleared
  uint32_t first;                    // first word that counts: behind cells, free variables and RETURN_GENERATOR
  uint32_t local[kUserTools];        // events by tool, for this code alone
  uint32_t uses[kUserTools];         // Monitoring::uses when they were set: a tool that was freed meanwhile has none
  uint32_t nwords;
  uint8_t made_for[kMonEvents];      // tools by event, when the spots were made
  Spot* spots() { return reinterpret_cast<Spot*>(this + 1); }
  Spot* disabled() { return spots() + nwords; }
};

struct Monitoring {
  uint64_t version = 1, restarts = 1;
  uint32_t global[kTools] = {};
  uint32_t all[kMonEvents] = {};               // tools with a global interest, by event
  uint32_t uses[kUserTools] = {};              // how often the tool's identifier was given back
  uint32_t local_sets = 0;                     // local sets of events that are not empty, counted generously
  bool opcodes = false;                        // some frame has f_trace_opcodes
  Root<Value> name[kUserTools];
  Root<Value> callback[kUserTools][kMonEvents];
  Root<Value> disable, missing;                // the markers
};
Monitoring& monitoring();                      // of the interpreter; made at first use
void monitoring_changed();                     // sets of events have changed: new version, and the threads' tables
CodeMonitor* code_monitor(Code* c);            // up to date; null when memory is short

// Instructions whose outcome is to be told when the frame's next instruction is reached: calls of what is no Python function, and branches.
struct CallNotes {
  struct Note { Frame* frame; const Word* at; };
  std::vector<Note> notes;
  Frame* top = nullptr;              // frame of the last one
  Root<List*> values;                // callable and first argument of each call (None, None for a branch), counted
};

// Tells tools of `mask` about an event at a word; the code object and the offset come first by themselves. False: an exception was raised.
bool mon_notify(Thread& t, Frame* f, MonEvent e, uint32_t mask, uint32_t word, SpotSlot slot, Value x = Value(), Value y = Value());

}  // namespace kaa
