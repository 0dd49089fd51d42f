// SPDX-License-Identifier: Apache-2.0
#include "core/safetensors_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/safetensors.h"
#include "tests/core/error_text.h"
#include "tests/core/temporary_folder.h"

namespace ohm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(SafetensorsWriter, ReaderGetsBackWhatWasWritten) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "w.safetensors";
  const Tensor weights({2, 2}, {1.0f, -0.0f, 1e-45f, std::numeric_limits<float>::max()});
  const std::vector<std::int64_t> tokens{-5, std::numeric_limits<std::int64_t>::max(), 0};
  write_safetensors(path,
                    {as_f16("half", Tensor({3}, {0.1f, -2, 65504})), as_f32("weights", weights),
                     as_i64("tokens", {3}, tokens), as_f32("empty", Tensor(Shape{0, 3})),
                     as_f32("scalar \u00e9\"\n", Tensor({}, {2}))},
                    {{"format", "pt"}, {"note", "\u00e9 \"quoted\""}});
  const Safetensors file = Safetensors::open(path);
  EXPECT_EQ(file.read_float("weights"), weights);
  EXPECT_TRUE(std::signbit(file.read_float("weights").values[1]));
  EXPECT_EQ(file.read_integers("tokens"), tokens);
  EXPECT_THAT(file.read_float("half").values, ElementsAre(0.0999755859375f, -2, 65504));
  EXPECT_EQ(file.read_float("empty").shape, (Shape{0, 3}));
  EXPECT_EQ(file.read_float("scalar \u00e9\"\n"), Tensor({}, {2}));
  EXPECT_EQ(file.metadata().at("note"), "\u00e9 \"quoted\"");
}

TEST(SafetensorsWriter, WritesTheBytesOfTheFormat) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "w.safetensors";
  write_safetensors(path, {as_f32("a", Tensor({1}, {1}))});
  const std::string header = R"({"a":{"data_offsets":[0,4],"dtype":"F32","shape":[1]}})";
  const std::string padded = header + std::string((8 - header.size() % 8) % 8, ' ');
  const std::string length = {static_cast<char>(padded.size()), 0, 0, 0, 0, 0, 0, 0};
  EXPECT_EQ(read_all(path), length + padded + std::string("\0\0\x80\x3f", 4));
}

TEST(SafetensorsWriter, AlignsEveryTensor) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "w.safetensors";
  const std::vector<std::int64_t> one{1};
  write_safetensors(
      path, {as_f16("a", Tensor({1}, {1})), as_f32("b", Tensor({1}, {1})), as_i64("c", {1}, one)});
  const Safetensors file = Safetensors::open(path);
  for (const TensorEntry& entry : file.entries())
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(entry.bytes.data()) % (entry.bytes.size()), 0u);
}

TEST(SafetensorsWriter, MayWriteNoTensorAtAll) {
  const TemporaryFolder folder;
  write_safetensors(folder.path() / "none.safetensors", {});
  EXPECT_TRUE(Safetensors::open(folder.path() / "none.safetensors").entries().empty());
}

TEST(SafetensorsWriter, DoesNotDependOnTheOrderGiven) {
  const TemporaryFolder folder;
  const auto a = as_f32("a", Tensor({1}, {1})), b = as_f32("b", Tensor({2}, {2, 3}));
  write_safetensors(folder.path() / "ab", {a, b});
  write_safetensors(folder.path() / "ba", {b, a});
  EXPECT_EQ(read_all(folder.path() / "ab"), read_all(folder.path() / "ba"));
}

TEST(SafetensorsWriter, RefusesWhatCannotBeStored) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "w.safetensors";
  const auto a = as_f32("a", Tensor({1}, {1}));
  const auto refusal = [&](const std::vector<NamedTensor>& tensors) {
    return error_text<ArgumentError>([&] { write_safetensors(path, tensors); });
  };
  EXPECT_THAT(refusal({a, a}), HasSubstr("tensor 'a': the name is taken"));
  EXPECT_THAT(refusal({as_f32("__metadata__", Tensor({1}, {1}))}), HasSubstr("is reserved"));
  EXPECT_THAT(refusal({as_f32("\xff", Tensor({1}, {1}))}), HasSubstr("is not UTF-8"));
  EXPECT_THAT(refusal({{"short", Dtype::f32, {2}, std::vector<std::byte>(4)}}),
              HasSubstr("got 4 bytes; expected 8 for shape (2,) of F32"));
  EXPECT_FALSE(std::filesystem::exists(path));
  const std::vector<std::int64_t> one{1};
  EXPECT_THROW(as_i64("t", {2}, one), ArgumentError);
  EXPECT_THROW(write_safetensors(folder.path() / "no" / "such", {a}), ConfigError);
}

TEST(SafetensorsWriter, RefusesFiniteValuesBeyondFp16) {
  EXPECT_THAT(error_text<ArgumentError>([] {
                as_f16("w", Tensor({2}, {1, -65520}));
              }),
              HasSubstr("tensor 'w': value -65520 at flat index 1 is beyond fp16"));
  EXPECT_NO_THROW(as_f16("w", Tensor({3}, {65519, INFINITY, NAN})));
}

}  // namespace
}  // namespace ohm
