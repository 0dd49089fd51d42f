// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/tensor_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <limits>
#include <numeric>

#include "core/error.h"
#include "core/safetensors_writer.h"
#include "tests/core/temporary_folder.h"
#include "tests/mapping/tiny_networks.h"

namespace ohm {
namespace {

using testing::HasSubstr;

Tensor counting(const Shape& shape) {
  Tensor tensor(shape);
  std::iota(tensor.values.begin(), tensor.values.end(), 0.0F);
  return tensor;
}

class TensorSourceTest : public testing::Test {
 protected:
  void write(const std::vector<NamedTensor>& tensors) { write_safetensors(path_, tensors); }

  template <class Call>
  auto with_source(const Call& call) const {
    const Checkpoint checkpoint = Checkpoint::open(path_);
    return call(TensorSource(spec_, checkpoint));
  }
  template <class Call>
  std::string fault(const Call& call) const {
    return tiny::message_of<ConfigError>([&] { with_source(call); });
  }

  TransformerSpec spec_ = tiny::bert();
  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_.path() / "model.safetensors";
};

TEST_F(TensorSourceTest, FindsATensorWithAndWithoutPrefix) {
  write({as_f32("bert.a.weight", counting({2, 3})), as_f32("b.weight", counting({3}))});
  EXPECT_EQ(with_source([](const auto& s) {
              return s.read("a.weight", {2, 3});
            }),
            counting({2, 3}));
  EXPECT_EQ(with_source([](const auto& s) { return s.read("b.weight", {3}); }), counting({3}));
}

TEST_F(TensorSourceTest, TransposesWhatLinearStores) {
  write({as_f32("a.weight", counting({2, 3}))});
  EXPECT_EQ(with_source([](const auto& s) {
              return s.read_transposed("a.weight", {3, 2});
            }),
            Tensor({3, 2}, {0, 3, 1, 4, 2, 5}));
}

TEST_F(TensorSourceTest, ReadsTheFormerNamesOfANorm) {
  write({as_f32("n.gamma", counting({12})), as_f32("n.beta", counting({12}))});
  EXPECT_EQ(with_source([](const auto& s) { return s.norm_gain("n"); }), counting({12}));
  EXPECT_EQ(with_source([](const auto& s) { return s.norm_bias("n"); }), counting({12}));
}

TEST_F(TensorSourceTest, NamesFileTensorAndShapes) {
  write({as_f32("bert.a.weight", counting({2, 3}))});
  EXPECT_EQ(fault([](const auto& s) {
              return s.read("a.weight", {3, 2});
            }),
            path_.string() +
                ": tensor 'bert.a.weight': shape (2, 3) found; expected (3, 2); does it "
                "belong to this config.json?");
}

TEST_F(TensorSourceTest, SuggestsTheNameOfAMissingTensor) {
  write({as_f32("bert.encoder.weihgt", counting({2}))});
  const std::string text = fault([](const auto& s) { return s.read("encoder.weight", {2}); });
  EXPECT_THAT(text,
              HasSubstr(path_.string() + ": no tensor 'encoder.weight'; expected one of shape "
                                         "(2,)"));
  EXPECT_THAT(text, HasSubstr("did you mean 'bert.encoder.weihgt'?"));
}

TEST_F(TensorSourceTest, RefusesNanAndInf) {
  Tensor nan({3}), infinite({3});
  nan.values[2] = NAN;
  infinite.values[0] = std::numeric_limits<float>::infinity();
  write({as_f32("nan", nan), as_f32("infinite", infinite)});
  EXPECT_THAT(fault([](const auto& s) { return s.read("nan", {3}); }), HasSubstr("tensor 'nan'"));
  EXPECT_THAT(fault([](const auto& s) { return s.read("infinite", {3}); }),
              HasSubstr("tensor 'infinite'"));
}

TEST_F(TensorSourceTest, RefusesLayersBeyondTheNetworks) {
  write({as_f32("bert.h.0.x", counting({1})), as_f32("bert.h.2.x", counting({1}))});
  EXPECT_THAT(fault([](const auto& s) {
                s.refuse_more_layers("h.");
                return 0;
              }),
              HasSubstr("tensor 'bert.h.2.x' belongs to layer 2 (from 0); expected 2 layers"));
}

TEST(Transposed, SwapsRowsAndColumnsBeyondOneTile) {
  const Tensor x = counting({37, 65}), y = transposed(x);
  ASSERT_EQ(y.shape, (Shape{65, 37}));
  for (Index i = 0; i < 37; ++i) {
    for (Index j = 0; j < 65; ++j) {
      ASSERT_EQ(y.row(j)[static_cast<size_t>(i)], x.row(i)[static_cast<size_t>(j)]);
    }
  }
  EXPECT_EQ(transposed(y), x);
}

TEST(SideBySide, JoinsRows) {
  EXPECT_EQ(side_by_side({counting({2, 1}), counting({2, 2})}), Tensor({2, 3}, {0, 0, 1, 1, 2, 3}));
  EXPECT_EQ(side_by_side({counting({1}), counting({2})}), Tensor({3}, {0, 0, 1}));
}

}  // namespace
}  // namespace ohm
