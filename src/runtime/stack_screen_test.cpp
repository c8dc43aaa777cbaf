// What conservative scans step over, on an array that stands for a native stack.
#include "runtime/stack_screen.h"

#include <gtest/gtest.h>

#include <set>

namespace kaa {
namespace {

class Words final : public RootVisitor {
 public:
  void value(Value) override {}
  void conservative(const void* lo, const void* hi) override {
    for (const uintptr_t* p = static_cast<const uintptr_t*>(lo); p < hi; p++) seen.insert(*p);
  }
  std::set<uintptr_t> seen;
};

class StackScreenTest : public testing::Test {
 protected:
  StackScreenTest() {
    live_ = heap_->allocate(shape(), 32);
    dead_ = heap_->allocate(shape(), 32);
    heap_->free_object(dead_);
    stack_[7] = word(live_);
    stack_[5] = word(dead_);
    stack_[4] = 12345;
    stack_[2] = word(dead_);
  }
  static Shape* shape() {
    alignas(16) static char memory[64];
    return reinterpret_cast<Shape*>(memory);
  }
  static uintptr_t word(void* p) { return reinterpret_cast<uintptr_t>(p); }
  std::set<uintptr_t> scan(size_t from) {
    Words w;
    screen_.scan(w, stack_ + from, stack_ + 8);
    return w.seen;
  }
  Heap* heap_ = new Heap();  // a heap lasts as long as the process
  Object *live_, *dead_;
  uintptr_t stack_[8] = {};
  StackScreen screen_;
};

TEST_F(StackScreenTest, NothingIsSteppedOverBeforeItWasLookedAt) {
  EXPECT_TRUE(scan(0).count(word(live_)));
  EXPECT_TRUE(scan(0).count(word(dead_)));
}

TEST_F(StackScreenTest, WordsThatReferredToNothingStayStale) {
  screen_.extend(*heap_, stack_ + 4, stack_ + 8);
  EXPECT_TRUE(scan(4).count(word(live_)));
  EXPECT_FALSE(scan(4).count(12345));
  EXPECT_FALSE(scan(4).count(word(dead_)));
  Object* reborn = heap_->allocate(shape(), 32);
  ASSERT_EQ(reborn, dead_);
  EXPECT_FALSE(scan(4).count(word(reborn)));
  EXPECT_TRUE(scan(0).count(word(reborn))) << "the words below 4 were not looked at";
}

TEST_F(StackScreenTest, NothingOutsideHoldsWhatIsBornNow) {
  Object* o = heap_->allocate(shape(), 32);
  ASSERT_EQ(o, dead_);
  screen_.extend(*heap_, stack_, stack_ + 8, o);
  EXPECT_FALSE(scan(0).count(word(o)));
  EXPECT_TRUE(scan(0).count(word(live_)));
}

TEST_F(StackScreenTest, AWordThatIsWrittenCounts) {
  screen_.extend(*heap_, stack_, stack_ + 8);
  Object* other = heap_->allocate(shape(), 32);
  Object* last = heap_->allocate(shape(), 32);
  stack_[5] = word(last);
  EXPECT_EQ(other, dead_);
  EXPECT_TRUE(scan(0).count(word(last)));
  EXPECT_FALSE(scan(0).count(word(other)));
}

TEST_F(StackScreenTest, FramesThatGoOnAreLookedAtAnew) {
  screen_.extend(*heap_, stack_ + 4, stack_ + 8);
  screen_.extend(*heap_, stack_ + 1, stack_ + 8);
  EXPECT_FALSE(scan(0).count(word(dead_)));
  screen_.activation_ended(stack_ + 4);
  EXPECT_TRUE(scan(0).count(word(dead_)));
  EXPECT_FALSE(scan(4).count(word(dead_)));
  screen_.activation_ended(nullptr);
  EXPECT_TRUE(scan(4).count(word(dead_)));
}

}  // namespace
}  // namespace kaa
