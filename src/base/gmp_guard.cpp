#include "base/gmp_guard.h"

#include <csetjmp>
#include <cstddef>
#include <cstdio>
#include <cstdlib>

#include <gmp.h>

namespace kaa {

namespace {

// In front of every block; both are null when the block belongs to no guard. 16 bytes keep malloc's alignment.
struct Block {
  Block* next;
  Block* previous;
};
static_assert(sizeof(Block) % alignof(std::max_align_t) == 0);

struct Guard {
  jmp_buf target;
  Block blocks;  // the ring's anchor
  Guard* outer;
};

thread_local Guard* current_guard = nullptr;

[[noreturn]] void out_of_memory(size_t size) {
  Guard* guard = current_guard;
  if (guard == nullptr) {
    std::fprintf(stderr, "kaa: GMP found no memory (%zu bytes)\n", size);
    std::abort();
  }
  for (Block* b = guard->blocks.next; b != &guard->blocks;) {
    Block* next = b->next;
    std::free(b);
    b = next;
  }
  current_guard = guard->outer;
  _longjmp(guard->target, 1);
}

void* allocate(size_t size) {
  auto* block = static_cast<Block*>(std::malloc(size + sizeof(Block)));
  if (block == nullptr) out_of_memory(size);
  block->next = block->previous = nullptr;
  if (Guard* guard = current_guard) {
    block->previous = &guard->blocks;
    block->next = guard->blocks.next;
    block->next->previous = block;
    guard->blocks.next = block;
  }
  return block + 1;
}

void release(void* memory, size_t) {
  Block* block = static_cast<Block*>(memory) - 1;
  if (block->next != nullptr) {
    block->next->previous = block->previous;
    block->previous->next = block->next;
  }
  std::free(block);
}

void* reallocate(void* memory, size_t, size_t size) {
  Block* block = static_cast<Block*>(memory) - 1;
  auto* moved = static_cast<Block*>(std::realloc(block, size + sizeof(Block)));
  if (moved == nullptr) out_of_memory(size);
  if (moved->next != nullptr) {
    moved->next->previous = moved;
    moved->previous->next = moved;
  }
  return moved + 1;
}

struct Install {
  Install() { mp_set_memory_functions(allocate, reallocate, release); }
} install;

}  // namespace

bool run_gmp_guarded(void (*body)(void*), void* argument) {
  Guard guard;
  guard.blocks.next = guard.blocks.previous = &guard.blocks;
  guard.outer = current_guard;
  current_guard = &guard;
  if (_setjmp(guard.target) != 0) return false;
  body(argument);
  current_guard = guard.outer;
  // What outlives the guard is its owner's alone.
  for (Block* b = guard.blocks.next; b != &guard.blocks;) {
    Block* next = b->next;
    b->next = b->previous = nullptr;
    b = next;
  }
  return true;
}

}  // namespace kaa
