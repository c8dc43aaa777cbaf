// Compares with CPython: the cases are made by tools/gen_binascii_cases.py, which describes their format.
#include "base/binary_text.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace kaa::binascii {
namespace {

using Bytes = std::vector<uint8_t>;

Bytes from_hex(const std::string& text) {
  Bytes bytes;
  for (size_t i = 0; i + 1 < text.size(); i += 2)
    bytes.push_back(static_cast<uint8_t>(strtoul(text.substr(i, 2).c_str(), nullptr, 16)));
  return bytes;
}

std::string result_of(const Error& error, const Bytes& out, size_t size) {
  if (error.message) {
    char text[200];
    snprintf(text, sizeof text, error.message, error.number);
    return std::string("!") + text;
  }
  std::string text = "=";
  for (size_t i = 0; i < size; ++i) {
    char byte[3];
    snprintf(byte, sizeof byte, "%02x", out[i]);
    text += byte;
  }
  return text;
}

std::string run(const std::string& name, long a, const Bytes& in) {
  Error error;
  Bytes out;
  size_t size = 0;
  const uint8_t* data = in.data();
  if (name == "b2a_base64") {
    out.resize(size = base64_encoded_size(in.size(), a));
    base64_encode(data, in.size(), a, out.data());
  } else if (name == "a2b_base64") {
    out.resize(base64_decoded_bound(in.size()));
    error = base64_decode(data, in.size(), a, out.data(), &size);
  } else if (name == "hexlify") {
    out.resize(size = hex_encoded_size(in.size(), a));
    hex_encode(data, in.size(), ':', a, out.data());
  } else if (name == "unhexlify") {
    out.resize(size = in.size() / 2);
    error = hex_decode(data, in.size(), out.data());
  } else if (name == "b2a_uu") {
    out.resize(size = uu_encoded_size(in.size()));
    error = uu_encode(data, in.size(), a, out.data());
  } else if (name == "a2b_uu") {
    out.resize(kUuDecodedBound);
    error = uu_decode(data, in.size(), out.data(), &size);
  } else if (name == "b2a_qp") {
    out.resize(qp_encode(data, in.size(), a & 1, a & 2, a & 4, nullptr));
    size = qp_encode(data, in.size(), a & 1, a & 2, a & 4, out.data());
    EXPECT_EQ(size, out.size());
  } else if (name == "a2b_qp") {
    out.resize(in.size());
    size = qp_decode(data, in.size(), a, out.data());
  } else {
    uint32_t crc = static_cast<uint32_t>(a);
    crc = name == "crc32" ? crc32(data, in.size(), crc) : crc_hqx(data, in.size(), crc);
    for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<uint8_t>(crc >> shift));
    size = 4;
  }
  return result_of(error, out, size);
}

void check(const std::string& line) {
  size_t first = line.find(' '), second = line.find(' ', first + 1), third = line.find(' ', second + 1);
  ASSERT_NE(third, std::string::npos) << line;
  std::string name = line.substr(0, first);
  long a = strtol(line.c_str() + first, nullptr, 10);
  Bytes in = from_hex(line.substr(second + 1, third - second - 1));
  EXPECT_EQ(run(name, a, in), line.substr(third + 1)) << line;
}

TEST(Binascii, Cases) {
  static const char* const kCases[] = {
#include "base/binary_text_cases.inc"
  };
  for (const char* line : kCases) check(line);
}

TEST(Binascii, CaseFile) {
  const char* name = getenv("KAA_BINASCII_CASES");
  if (!name) GTEST_SKIP() << "KAA_BINASCII_CASES names no file";
  FILE* file = fopen(name, "r");
  ASSERT_NE(file, nullptr);
  size_t capacity = 0;
  char* buffer = nullptr;
  for (ssize_t length; (length = getline(&buffer, &capacity, file)) > 0;) {
    check(std::string(buffer, static_cast<size_t>(length) - (buffer[length - 1] == '\n')));
  }
  free(buffer);
  fclose(file);
}

}  // namespace
}  // namespace kaa::binascii
