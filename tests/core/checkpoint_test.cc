// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "core/safetensors_writer.h"
#include "tests/core/error_text.h"
#include "tests/core/temporary_folder.h"

namespace ohm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr auto index_file = "model.safetensors.index.json";

/// A folder with two shards: 'a' and 'hidden' in one.safetensors, 'b' in two.safetensors.
class ShardedFolder : public testing::Test {
 protected:
  ShardedFolder() {
    write_safetensors(folder.path() / "one.safetensors",
                      {as_f32("a", Tensor({1}, {1})), as_f32("hidden", Tensor({1}, {9}))});
    write_safetensors(folder.path() / "two.safetensors", {as_f16("b", Tensor({2}, {2, 3}))});
  }
  Checkpoint open_with_index(std::string_view json) const {
    folder.write(index_file, json);
    return Checkpoint::open(folder.path());
  }
  std::string refusal(std::string_view json) const {
    return error_text<ConfigError>([&] { open_with_index(json); });
  }
  TemporaryFolder folder;
};

TEST_F(ShardedFolder, FindsEachTensorInItsShard) {
  const Checkpoint checkpoint = open_with_index(
      R"({"metadata":{"total_size":8},"weight_map":{"b":"two.safetensors","a":"one.safetensors"}})");
  EXPECT_THAT(checkpoint.names(), ElementsAre("a", "b"));
  EXPECT_THAT(checkpoint.read_float("a").values, ElementsAre(1));
  EXPECT_THAT(checkpoint.read_float("b").values, ElementsAre(2, 3));
  EXPECT_EQ(checkpoint.at("b").dtype, Dtype::f16);
  EXPECT_TRUE(checkpoint.contains("a"));
  EXPECT_FALSE(checkpoint.contains("hidden"));
}

TEST_F(ShardedFolder, CopiesShareTheirBytes) {
  auto checkpoint = open_with_index(R"({"weight_map":{"a":"one.safetensors"}})");
  const Checkpoint copy = checkpoint;
  const auto bytes = checkpoint.at("a").bytes;
  checkpoint = open_with_index(R"({"weight_map":{}})");
  EXPECT_EQ(bytes.data(), copy.at("a").bytes.data());
  EXPECT_EQ(std::to_integer<int>(bytes[3]), 0x3f);
}

TEST_F(ShardedFolder, RefusesShardsOutsideTheFolder) {
  for (const auto* name : {"../one.safetensors", "/etc/passwd", "sub/one.safetensors", "..", ".",
                           "", "a\\\\b", "one.safetensors\\u0000"})
    EXPECT_THAT(refusal(R"({"weight_map":{"a":")" + std::string(name) + "\"}}"),
                HasSubstr("expected a plain file name in the same folder"))
        << name;
}

TEST_F(ShardedFolder, RefusesAMissingShard) {
  EXPECT_THAT(refusal(R"({"weight_map":{"a":"three.safetensors"}})"),
              HasSubstr("model.safetensors.index.json: shard 'three.safetensors' is missing"));
}

TEST_F(ShardedFolder, RefusesATensorThatItsShardLacks) {
  EXPECT_THAT(refusal(R"({"weight_map":{"a":"two.safetensors"}})"),
              HasSubstr("tensor 'a' is not in 'two.safetensors'"));
}

TEST_F(ShardedFolder, RefusesAnIndexThatIsNone) {
  for (const auto* json : {"{}", "[]", "3", "null", R"({"weight_map":[]})", R"({"weight_mop":{}})"})
    EXPECT_THAT(refusal(json), HasSubstr("has no object 'weight_map'")) << json;
  EXPECT_THAT(refusal(R"({"weight_map":{"a":3}})"), HasSubstr("weight_map of 'a' is number"));
  EXPECT_THAT(refusal(R"({"weight_map":{"a":"x","a":"y"}})"), HasSubstr("'a' appears twice"));
  EXPECT_THAT(refusal(""), HasSubstr("not valid JSON"));
  EXPECT_THAT(refusal("{\"weight_map\":" + std::string(100000, '[')), HasSubstr("nested deeper"));
}

TEST_F(ShardedFolder, RefusesADamagedShardByName) {
  folder.write("bad.safetensors", "1234");
  EXPECT_THAT(refusal(R"({"weight_map":{"a":"bad.safetensors"}})"),
              HasSubstr("bad.safetensors: has 4 bytes"));
}

TEST_F(ShardedFolder, PrefersTheSingleFile) {
  write_safetensors(folder.path() / "model.safetensors", {as_f32("whole", Tensor({1}, {5}))});
  EXPECT_THAT(open_with_index("{}").names(), ElementsAre("whole"));
}

TEST(Checkpoint, OpensAFolderOrTheFileItself) {
  const TemporaryFolder folder;
  write_safetensors(folder.path() / "model.safetensors", {as_f32("wte.weight", Tensor({1}, {5}))});
  for (const auto& path : {folder.path(), folder.path() / "model.safetensors"}) {
    const Checkpoint checkpoint = Checkpoint::open(path);
    EXPECT_EQ(checkpoint.path(), folder.path() / "model.safetensors");
    EXPECT_EQ(checkpoint.read_float("wte.weight").values[0], 5);
    EXPECT_THAT(error_text<ConfigError>([&] { checkpoint.at("transformer.wte.weight"); }),
                HasSubstr("no tensor 'transformer.wte.weight' among its 1; did you mean "
                          "'wte.weight'?"));
    EXPECT_THROW(checkpoint.read_float("x"), ConfigError);
  }
}

TEST(Checkpoint, RefusesAFolderWithoutWeights) {
  const TemporaryFolder folder;
  const auto refusal = [&] {
    return error_text<ConfigError>([&] { Checkpoint::open(folder.path()); });
  };
  EXPECT_THAT(refusal(), HasSubstr("has neither model.safetensors nor model.safetensors.index"));
  folder.write("pytorch_model.bin", "");
  EXPECT_THAT(refusal(), HasSubstr("safe_serialization=True"));
  EXPECT_THROW(Checkpoint::open(folder.path() / "missing"), ConfigError);
}

TEST(RequireFinite, NamesTheFirstBadValue) {
  Tensor tensor(Shape{2, 3, 4});
  EXPECT_NO_THROW(require_finite(tensor, "w"));
  tensor.values[17] = INFINITY;
  tensor.values[20] = NAN;
  EXPECT_EQ(error_text<ConfigError>([&] { require_finite(tensor, "m.safetensors: tensor 'w'"); }),
            "m.safetensors: tensor 'w': inf at index (1, 1, 1), 2 of 24 values are not finite; "
            "expected finite weights; train or export the network again");
}

TEST(RequireFinite, TakesScalarsAndEmptyTensors) {
  EXPECT_NO_THROW(require_finite(Tensor(Shape{0, 3}), "w"));
  EXPECT_THAT(error_text<ConfigError>([] { require_finite(Tensor({}, {-INFINITY}), "w"); }),
              HasSubstr("w: -inf at index (), 1 of 1 values"));
}

}  // namespace
}  // namespace ohm
