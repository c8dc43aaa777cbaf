// Compares the matcher with CPython: the cases are made by tools/gen_sre_cases.py, which describes their format.
#include "modules/sre/engine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <vector>

namespace kaa::sre {
namespace {

struct Properties {
  uint32_t flags, lower, upper;
};
std::map<uint32_t, Properties>& properties() {
  static std::map<uint32_t, Properties> table;
  return table;
}
Properties of(uint32_t ch) {
  if (ch < 128) {
    int c = static_cast<int>(ch);
    uint32_t flags = (isalnum(c) ? 1 : 0) | (isdigit(c) ? 2 : 0) | ((isspace(c) || (c >= 0x1c && c <= 0x1f)) ? 4 : 0) |
                     (((c >= 10 && c <= 13) || (c >= 0x1c && c <= 0x1e)) ? 8 : 0);
    return {flags, static_cast<uint32_t>(tolower(c)), static_cast<uint32_t>(toupper(c))};
  }
  auto it = properties().find(ch);
  return it == properties().end() ? Properties{0, ch, ch} : it->second;
}
const UnicodeOps kUnicode = {
    [](uint32_t ch) { return (of(ch).flags & 1) != 0; },
    [](uint32_t ch) { return (of(ch).flags & 2) != 0; },
    [](uint32_t ch) { return (of(ch).flags & 4) != 0; },
    [](uint32_t ch) { return (of(ch).flags & 8) != 0; },
    [](uint32_t ch) { return of(ch).lower; },
    [](uint32_t ch) { return of(ch).upper; },
};

std::vector<std::string> split(const std::string& line, char at) {
  std::vector<std::string> parts(1);
  for (char c : line) {
    if (c == at) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

std::vector<uint32_t> numbers(const std::string& text, int base) {
  std::vector<uint32_t> result;
  const char* p = text.c_str();
  while (*p) {
    char* next;
    result.push_back(static_cast<uint32_t>(strtoul(p, &next, base)));
    if (next == p) {
      ADD_FAILURE() << "no number: " << text;
      break;
    }
    p = next;
    while (*p == ' ') ++p;
  }
  return result;
}

// The subject in an exactly sized allocation, so that the address sanitizer sees a step outside.
template <typename Char>
struct Text {
  explicit Text(const std::vector<uint32_t>& points) : data(new Char[points.size()]), length(points.size()) {
    for (size_t i = 0; i < length; ++i) data[i] = static_cast<Char>(points[i]);
  }
  ~Text() { delete[] data; }
  Subject subject(bool bytes) const { return {data, sizeof(Char), length, bytes}; }
  Char* data;
  size_t length;
};

std::string describe(Status status, const Matcher& matcher, uint32_t groups) {
  if (status == Status::kNoMatch) return "-";
  if (status != Status::kMatch) return "error";
  std::string text = std::to_string(matcher.match_start()) + " " + std::to_string(matcher.match_end()) + " " +
                     std::to_string(matcher.last_index());
  for (uint32_t g = 1; g <= groups; ++g) {
    size_t start, end;
    text += matcher.group(g, &start, &end) ? " " + std::to_string(start) + " " + std::to_string(end) : " -1 -1";
  }
  return text;
}

template <typename Char>
void check(const std::string& line, Matcher& matcher, const Program& program, const std::vector<std::string>& field) {
  std::vector<uint32_t> points = numbers(field[6], 16);
  Text<Char> text(points);
  size_t start = strtoul(field[2].c_str(), nullptr, 10), end = strtoul(field[3].c_str(), nullptr, 10);
  Subject subject = text.subject(field[1].size() > 1);
  Options options;
  options.match_all = field[1][0] == 'f';
  options.must_advance = field[1][0] == 'a';
  bool search = field[1][0] == 's' || field[1][0] == 'a';
  Status status = search ? matcher.search(program, subject, start, end, options)
                         : matcher.match(program, subject, start, end, options);
  EXPECT_EQ(describe(status, matcher, program.groups()), field[7]) << sizeof(Char) << " bytes a character: " << line;
}

size_t run_case(const std::string& line, Matcher& matcher) {
  if (line.empty()) return 0;
  if (line[0] == 'U') {
    std::vector<uint32_t> row = numbers(line.substr(2), 16);
    properties()[row[0]] = {row[1], row[2], row[3]};
    return 0;
  }
  std::vector<std::string> field = split(line, '\t');
  EXPECT_EQ(field.size(), 8u) << line;
  if (field.size() != 8) return 0;
  std::vector<uint32_t> words = numbers(field[5], 10);
  Program program;
  bool loaded =
      program.load(words.data(), words.size(), static_cast<uint32_t>(strtoul(field[4].c_str(), nullptr, 10)), kUnicode);
  EXPECT_TRUE(loaded) << line;
  if (!loaded) return 0;
  uint32_t widest = 0;
  for (uint32_t point : numbers(field[6], 16)) widest = std::max(widest, point);
  if (widest < 0x100) check<uint8_t>(line, matcher, program, field);
  if (field[1].size() > 1) return 1;
  if (widest < 0x10000) check<uint16_t>(line, matcher, program, field);
  check<uint32_t>(line, matcher, program, field);
  return 1;
}

TEST(Sre, Cases) {
  static const char* const kCases[] = {
#include "modules/sre/engine_cases.inc"
  };
  Matcher matcher;
  size_t count = 0;
  for (const char* line : kCases) count += run_case(line, matcher);
  EXPECT_GT(count, 900u);
}

TEST(Sre, CaseFile) {
  const char* name = getenv("KAA_SRE_CASES");
  if (!name) GTEST_SKIP() << "KAA_SRE_CASES names no file";
  FILE* file = fopen(name, "r");
  ASSERT_NE(file, nullptr);
  Matcher matcher;
  size_t count = 0, capacity = 0;
  char* buffer = nullptr;
  for (ssize_t length; (length = getline(&buffer, &capacity, file)) > 0;) {
    std::string line(buffer, static_cast<size_t>(length));
    if (line.back() == '\n') line.pop_back();
    count += run_case(line, matcher);
  }
  free(buffer);
  fclose(file);
  EXPECT_GT(count, 0u);
  printf("%zu cases\n", count);
}

// (?:ab|cd)*e
const std::vector<uint32_t> kLong = {
    kOpInfo,    4,          0,       1,          kMaxRepeat, kOpRepeat,   19,         0,   kMaxRepeat, kOpBranch,
    7,          kOpLiteral, 'a',     kOpLiteral, 'b',        kOpJump,     9,          7,   kOpLiteral, 'c',
    kOpLiteral, 'd',        kOpJump, 2,          0,          kOpMaxUntil, kOpLiteral, 'e', kOpSuccess};
// (?:a|aa)*b, which takes exponential time on a run of a
const std::vector<uint32_t> kSlow = {kOpInfo, 4,          0,           1,          kMaxRepeat, kOpRepeat, 17,
                                     0,       kMaxRepeat, kOpBranch,   5,          kOpLiteral, 'a',       kOpJump,
                                     9,       7,          kOpLiteral,  'a',        kOpLiteral, 'a',       kOpJump,
                                     2,       0,          kOpMaxUntil, kOpLiteral, 'b',        kOpSuccess};

TEST(Sre, LongSubject) {
  Program program;
  ASSERT_TRUE(program.load(kLong.data(), kLong.size(), 0, kUnicode));
  std::string text;
  for (int i = 0; i < 5000000; ++i) text += i % 3 ? "ab" : "cd";
  text += "e";
  Matcher matcher;
  Subject subject = {text.data(), 1, text.size(), false};
  ASSERT_EQ(matcher.match(program, subject, 0, text.size()), Status::kMatch);
  EXPECT_EQ(matcher.match_end(), text.size());
  text.back() = 'x';
  EXPECT_EQ(matcher.match(program, subject, 0, text.size()), Status::kNoMatch);
  matcher.set_memory_limit(1 << 20);
  EXPECT_EQ(matcher.match(program, subject, 0, text.size()), Status::kOutOfMemory);
}

TEST(Sre, Interrupt) {
  Program program;
  ASSERT_TRUE(program.load(kSlow.data(), kSlow.size(), 0, kUnicode));
  std::string text(200, 'a');
  Matcher matcher;
  int polls = 0;
  matcher.set_poll([](void* count) { return ++*static_cast<int*>(count) == 5; }, &polls);
  EXPECT_EQ(matcher.match(program, {text.data(), 1, text.size(), false}, 0, text.size()), Status::kInterrupted);
  EXPECT_EQ(polls, 5);
}

TEST(Sre, BadCode) {
  Program program;
  auto load = [&](std::vector<uint32_t> words, uint32_t groups) {
    return program.load(words.data(), words.size(), groups, kUnicode);
  };
  EXPECT_TRUE(load({kOpSuccess}, 0));
  EXPECT_FALSE(load({}, 0));
  EXPECT_FALSE(load({kOpLiteral, 'a'}, 0));
  EXPECT_FALSE(load({kOpSuccess, kOpSuccess}, 0));
  EXPECT_FALSE(load({kOpMark, 0, kOpSuccess}, 0));
  EXPECT_TRUE(load({kOpMark, 0, kOpMark, 1, kOpSuccess}, 1));
  EXPECT_FALSE(load({kOpMark, 2, kOpSuccess}, 1));
  EXPECT_FALSE(load({kOpGroupref, 1, kOpSuccess}, 1));
  EXPECT_FALSE(load({kOpSuccess}, kMaxGroups + 1));
  EXPECT_FALSE(load({kOpAt, kAtCount, kOpSuccess}, 0));
  EXPECT_FALSE(load({kOpCategory, kCategoryCount, kOpSuccess}, 0));
  EXPECT_FALSE(load({kOpMaxUntil, kOpSuccess}, 0));
  EXPECT_FALSE(load({kOpJump, 1, kOpSuccess}, 0));
  EXPECT_FALSE(load({kOpIn, 3, kOpLiteral, kOpFailure, kOpSuccess}, 0));
  EXPECT_FALSE(load({kOpIn, 9, kOpLiteral, 'a', kOpFailure, kOpSuccess}, 0));
  EXPECT_FALSE(load({kOpRepeatOne, 5, 2, 1, kOpAny, kOpSuccess, kOpSuccess}, 0));
  EXPECT_FALSE(load({99, kOpSuccess}, 0));
  // A JUMP into the body of a repeat, past its REPEAT.
  EXPECT_FALSE(
      load({kOpGrouprefExists, 0, 4, kOpJump, 6, kOpRepeat, 5, 0, 1, kOpAny, kOpAny, kOpMaxUntil, kOpSuccess}, 1));
}

// Neither loading nor matching may take native stack for nesting.
TEST(Sre, DeepNesting) {
  constexpr uint32_t kDepth = 200000;
  std::vector<uint32_t> words;
  for (uint32_t i = 0; i < kDepth; ++i) {
    words.push_back(kOpAtomicGroup);
    words.push_back((kDepth - i - 1) * 3 + 4);
  }
  words.push_back(kOpLiteral);
  words.push_back('a');
  words.insert(words.end(), kDepth + 1, kOpSuccess);
  Program program;
  ASSERT_TRUE(program.load(words.data(), words.size(), 0, kUnicode));
  Matcher matcher;
  EXPECT_EQ(matcher.match(program, {"a", 1, 1, false}, 0, 1), Status::kMatch);
  EXPECT_EQ(matcher.match(program, {"b", 1, 1, false}, 0, 1), Status::kNoMatch);
}

// No change of one word may make the loader or the matcher step outside their memory.
TEST(Sre, ChangedCode) {
  static const char* const kCases[] = {
#include "modules/sre/engine_cases.inc"
  };
  Matcher matcher;
  matcher.set_memory_limit(1 << 20);
  int polls = 0;
  matcher.set_poll([](void* count) { return ++*static_cast<int*>(count) % 3 == 0; }, &polls);
  uint32_t random = 12345;
  auto next = [&random] { return random = random * 1664525u + 1013904223u, random >> 8; };
  Text<uint8_t> text({'a', 'b', 'a', 'a', 'c', ' ', '1', 'b', 'a', 'b'});
  size_t loaded = 0;
  for (const char* row : kCases) {
    if (row[0] == 'U') continue;
    std::vector<std::string> field = split(row, '\t');
    std::vector<uint32_t> words = numbers(field[5], 10);
    uint32_t groups = static_cast<uint32_t>(strtoul(field[4].c_str(), nullptr, 10));
    for (int i = 0; i < 40; ++i) {
      std::vector<uint32_t> changed = words;
      uint32_t how = next() % 4;
      changed[next() % changed.size()] = how == 0 ? next() : how == 1 ? changed[next() % changed.size()] : next() % 45;
      Program program;
      if (!program.load(changed.data(), changed.size(), groups, kUnicode)) continue;
      ++loaded;
      matcher.search(program, text.subject(false), 0, text.length);
    }
  }
  EXPECT_GT(loaded, 100u);
}

}  // namespace
}  // namespace kaa::sre
