// SPDX-License-Identifier: Apache-2.0
#include "core/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <optional>
#include <random>

#include "core/error.h"
#include "tests/core/error_text.h"
#include "tests/core/safetensors_file.h"
#include "tests/core/temporary_folder.h"

namespace ohm {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

/// One tensor of every readable dtype, at odd offsets, three values each.
std::string every_dtype() {
  const std::string header = R"({"__metadata__":{"format":"pt"},)"
                             R"("bool":{"dtype":"BOOL","shape":[3],"data_offsets":[0,3]},)"
                             R"("u8":{"dtype":"U8","shape":[3],"data_offsets":[3,6]},)"
                             R"("i8":{"dtype":"I8","shape":[3],"data_offsets":[6,9]},)"
                             R"("i16":{"dtype":"I16","shape":[3],"data_offsets":[9,15]},)"
                             R"("f16":{"dtype":"F16","shape":[3],"data_offsets":[15,21]},)"
                             R"("bf16":{"dtype":"BF16","shape":[3],"data_offsets":[21,27]},)"
                             R"("i32":{"dtype":"I32","shape":[3],"data_offsets":[27,39]},)"
                             R"("f32":{"dtype":"F32","shape":[3,1],"data_offsets":[39,51]},)"
                             R"("i64":{"dtype":"I64","shape":[3],"data_offsets":[51,75]},)"
                             R"("f64":{"dtype":"F64","shape":[3],"data_offsets":[75,99]},)"
                             R"("u32":{"dtype":"U32","shape":[1],"data_offsets":[99,103]},)"
                             R"("none":{"dtype":"F32","shape":[0,4],"data_offsets":[103,103]}})";
  return safetensors_file(
      header, raw<std::uint8_t>({0, 1, 2}) + raw<std::uint8_t>({0, 127, 255}) +
                  raw<std::int8_t>({-128, 0, 127}) + raw<std::int16_t>({-32768, 1, 32767}) +
                  raw<std::uint16_t>({0x3c00, 0xc000, 0x0001}) +
                  raw<std::uint16_t>({0x3f80, 0xc000, 0x7f80}) +
                  raw<std::int32_t>({-2147483647, 5, 2147483647}) +
                  raw<float>({1.5f, -0.0f, 1e-45f}) +
                  raw<std::int64_t>({std::numeric_limits<std::int64_t>::min(), 0, 1ll << 53}) +
                  raw<double>({0.1, -2.0, 1e300}) + raw<std::uint32_t>({7}));
}

class SafetensorsOfEveryDtype : public testing::Test {
 protected:
  TemporaryFolder folder;
  Safetensors file = Safetensors::open(folder.write("every.safetensors", every_dtype()));
};

TEST_F(SafetensorsOfEveryDtype, ReadsEachAsFloat) {
  EXPECT_THAT(file.read_float("bool").values, ElementsAre(0, 1, 1));
  EXPECT_THAT(file.read_float("u8").values, ElementsAre(0, 127, 255));
  EXPECT_THAT(file.read_float("i8").values, ElementsAre(-128, 0, 127));
  EXPECT_THAT(file.read_float("i16").values, ElementsAre(-32768, 1, 32767));
  EXPECT_THAT(file.read_float("f16").values, ElementsAre(1, -2, 0x1p-24f));
  EXPECT_THAT(file.read_float("bf16").values, ElementsAre(1, -2, INFINITY));
  EXPECT_THAT(file.read_float("i32").values, ElementsAre(-0x1p31f, 5, 0x1p31f));
  EXPECT_EQ(file.read_float("f32"), Tensor({3, 1}, {1.5f, -0.0f, 1e-45f}));
  EXPECT_THAT(file.read_float("i64").values, ElementsAre(-0x1p63f, 0, 0x1p53f));
  EXPECT_THAT(file.read_float("f64").values, ElementsAre(0.1f, -2, INFINITY));
  EXPECT_EQ(file.read_float("none").shape, (Shape{0, 4}));
}

TEST_F(SafetensorsOfEveryDtype, ReadsIntegersExactly) {
  EXPECT_THAT(file.read_integers("bool"), ElementsAre(0, 1, 1));
  EXPECT_THAT(file.read_integers("u8"), ElementsAre(0, 127, 255));
  EXPECT_THAT(file.read_integers("i8"), ElementsAre(-128, 0, 127));
  EXPECT_THAT(file.read_integers("i16"), ElementsAre(-32768, 1, 32767));
  EXPECT_THAT(file.read_integers("i32"), ElementsAre(-2147483647, 5, 2147483647));
  EXPECT_THAT(file.read_integers("i64"),
              ElementsAre(std::numeric_limits<std::int64_t>::min(), 0, 1ll << 53));
}

TEST_F(SafetensorsOfEveryDtype, RefusesDtypesItCannotConvert) {
  EXPECT_THAT(error_text<ConfigError>([&] { file.read_float("u32"); }),
              HasSubstr("tensor 'u32': reading dtype U32 is not supported; expected F64, F32"));
  EXPECT_THAT(error_text<ConfigError>([&] { file.read_integers("f32"); }),
              HasSubstr("tensor 'f32': reading dtype F32 is not supported; expected I64"));
  EXPECT_EQ(file.at("u32").bytes.size(), 4u);
}

TEST_F(SafetensorsOfEveryDtype, SuggestsTheClosestName) {
  EXPECT_TRUE(file.contains("bf16"));
  EXPECT_FALSE(file.contains("bf61"));
  EXPECT_EQ(error_text<ConfigError>([&] { file.at("bf61"); }),
            file.path().string() + ": no tensor 'bf61' among its 12; did you mean 'bf16'?");
}

TEST_F(SafetensorsOfEveryDtype, GivesEntriesInFileOrderAndMetadata) {
  EXPECT_EQ(file.entries().front().name, "bool");
  EXPECT_EQ(file.entries().back().name, "none");
  EXPECT_EQ(file.metadata().at("format"), "pt");
}

TEST_F(SafetensorsOfEveryDtype, BytesOutliveTheOriginal) {
  std::optional<Safetensors> original = file;
  file = Safetensors::open(folder.write("b.safetensors", safetensors_file("{}", "")));
  const Safetensors copy = *original;
  const TensorEntry& entry = original->at("u8");
  original.reset();
  EXPECT_EQ(std::to_integer<int>(entry.bytes[2]), 255);
}

TEST_F(SafetensorsOfEveryDtype, NoticesThatTheFileShrank) {
  std::filesystem::resize_file(file.path(), 100);
  EXPECT_THAT(error_text<ConfigError>([&] { file.read_float("f64"); }),
              HasSubstr("size changed from"));
  EXPECT_THROW(file.read_integers("i64"), ConfigError);
}

std::string refusal(const TemporaryFolder& folder, std::string_view content) {
  const auto path = folder.write("bad.safetensors", content);
  return error_text<ConfigError>([&] { Safetensors::open(path); });
}

TEST(Safetensors, RefusesFilesTooShortForALength) {
  const TemporaryFolder folder;
  EXPECT_THAT(refusal(folder, ""), HasSubstr("has 0 bytes; expected at least 8"));
  EXPECT_THAT(refusal(folder, "1234567"), HasSubstr("has 7 bytes; expected at least 8"));
  EXPECT_THAT(refusal(folder, std::string(8, '\0')), HasSubstr("does not begin with '{'"));
}

TEST(Safetensors, RefusesHeadersLongerThanTheFile) {
  const TemporaryFolder folder;
  EXPECT_THAT(refusal(folder, raw<std::uint64_t>({3}) + "{}"),
              HasSubstr("header of 3 bytes ends past the end of the file (10 bytes)"));
  EXPECT_THAT(refusal(folder, raw<std::uint64_t>({100'000'000}) + "{}"), HasSubstr("past the end"));
  EXPECT_THAT(refusal(folder, raw<std::uint64_t>({100'000'001}) + "{}"),
              HasSubstr("header of 100000001 bytes; expected at most 100000000"));
  EXPECT_THAT(refusal(folder, raw<std::uint64_t>({~0ull}) + "{}"), HasSubstr("expected at most"));
  EXPECT_THAT(refusal(folder, raw<std::uint64_t>({~0ull - 7}) + "{}"), HasSubstr("at most"));
  EXPECT_EQ(refusal(folder, raw<std::uint64_t>({2}) + "{}"), "");
}

TEST(Safetensors, RefusesMissingFilesAndFolders) {
  const TemporaryFolder folder;
  EXPECT_THROW(Safetensors::open(folder.path() / "missing.safetensors"), ConfigError);
  EXPECT_THROW(Safetensors::open(folder.path()), ConfigError);
}

TEST(Safetensors, NamesFileTensorAndMend) {
  const TemporaryFolder folder;
  EXPECT_THAT(
      refusal(folder, safetensors_file(R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})",
                                       "1234567")),
      AllOf(HasSubstr("bad.safetensors: tensor 'w': 'data_offsets' end at 8; expected at "
                      "most 7"),
            HasSubstr("re-download or re-save it")));
}

/// Opens a file and reads all of it in every way; true if that was possible.
bool reads(const std::filesystem::path& path) {
  try {
    const Safetensors file = Safetensors::open(path);
    for (const TensorEntry& entry : file.entries()) {
      unsigned sum = 0;
      for (const std::byte byte : entry.bytes) sum += std::to_integer<unsigned>(byte);
      EXPECT_LE(sum, entry.bytes.size() * 255);
      error_text<ConfigError>([&] { file.read_float(entry.name); });
      error_text<ConfigError>([&] { file.read_integers(entry.name); });
    }
    return true;
  } catch (const ConfigError&) {
    return false;
  }
}

TEST(SafetensorsFuzz, EveryTruncationIsRefused) {
  const TemporaryFolder folder;
  const std::string whole = every_dtype();
  for (std::size_t length = 0; length < whole.size(); ++length)
    ASSERT_FALSE(reads(folder.write("cut", whole.substr(0, length)))) << length;
  EXPECT_TRUE(reads(folder.write("whole", whole)));
  EXPECT_FALSE(reads(folder.write("longer", whole + "x")));
}

std::string mutate(std::string bytes, std::mt19937& random) {
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random()) % n; };
  constexpr std::string_view telling = "{}[]\",:0123456789-e.\\\xff ";
  for (std::size_t n = 1 + below(4); n > 0 && !bytes.empty(); --n) {
    const std::size_t at = below(bytes.size()), length = 1 + below(12);
    switch (below(6)) {
      case 0:
        bytes[at] = static_cast<char>(below(256));
        break;
      case 1:
        bytes[at] = telling[below(telling.size())];
        break;
      case 2:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
        break;
      case 3:
        bytes.erase(at, length);
        break;
      case 4:
        bytes.insert(below(bytes.size()), bytes.substr(at, length));
        break;
      default:
        bytes.insert(at, 1, telling[below(telling.size())]);
        break;
    }
  }
  return bytes;
}

/// Repairs the length prefix, so that a mutation reaches the checks behind it.
std::string with_right_length(const std::string& bytes) {
  const auto end = bytes.rfind("}}");
  if (end == std::string::npos || end < 8) return bytes;
  return safetensors_file(bytes.substr(8, end + 2 - 8), bytes.substr(end + 2));
}

TEST(SafetensorsFuzz, MutationsReadOrAreRefused) {
  const TemporaryFolder folder;
  const std::string whole = every_dtype();
  std::mt19937 random(20240501);
  int n_read = 0;
  for (int i = 0; i < 6000; ++i) {
    const std::string mutated = mutate(whole, random);
    n_read += reads(folder.write("mutated", i % 2 ? mutated : with_right_length(mutated)));
  }
  EXPECT_GT(n_read, 100);  // flips in the tensors' bytes alone
  EXPECT_LT(n_read, 5000);
}

}  // namespace
}  // namespace ohm
