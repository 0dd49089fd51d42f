// SPDX-License-Identifier: Apache-2.0
#include "crossbar/product/byte_kernel.h"

#include <algorithm>

// Highway compiles this file once per instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "crossbar/product/byte_kernel.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace ohm::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Calls body(tag, i) for runs of integers: full vectors, then single lanes.
template <class Body>
HWY_INLINE void for_each_run(Index count, const Body& body) {
  const hn::ScalableTag<std::int32_t> d;
  const auto lanes = static_cast<Index>(hn::Lanes(d));
  Index i = 0;
  for (; i + lanes <= count; i += lanes) body(d, i);
  for (; i < count; ++i) body(hn::CappedTag<std::int32_t, 1>(), i);
}

IntegerRange range_of_all(const IntegerRows& x) {
  const hn::ScalableTag<std::int32_t> d;
  auto low = hn::Zero(d), high = hn::Zero(d);
  IntegerRange range;
  for (Index v = 0; v < x.rows; ++v) {
    const std::int32_t* row = x.row(v).data();
    const auto lanes = static_cast<Index>(hn::Lanes(d));
    Index i = 0;
    for (; i + lanes <= x.cols; i += lanes) {
      const auto values = hn::LoadU(d, row + i);
      low = hn::Min(low, values), high = hn::Max(high, values);
    }
    for (; i < x.cols; ++i) {
      range.low = std::min(range.low, row[i]), range.high = std::max(range.high, row[i]);
    }
  }
  return {std::min(range.low, hn::GetLane(hn::MinOfLanes(d, low))),
          std::max(range.high, hn::GetLane(hn::MaxOfLanes(d, high)))};
}

/// Stores one byte of every lane.
template <class D>
HWY_INLINE void store_byte(D, hn::Vec<D> values, int shift, std::uint8_t* to) {
  const hn::RebindToUnsigned<D> du;
  const hn::Rebind<std::uint8_t, D> bytes;
  const auto shifted = hn::ShiftRightSame(hn::BitCast(du, values), shift);
  hn::StoreU(hn::TruncateTo(bytes, shifted), bytes, to);
}

void take_bytes_all(const std::int32_t* values, Index count, std::int32_t offset, int shift,
                    std::uint8_t* to) {
  for_each_run(count, [&](auto d, Index i) HWY_ATTR {
    store_byte(d, hn::Add(hn::LoadU(d, values + i), hn::Set(d, offset)), shift, to + i);
  });
}

void take_square_bytes_all(const std::int32_t* values, Index count, int shift, std::uint8_t* to) {
  for_each_run(count, [&](auto d, Index i) HWY_ATTR {
    const auto value = hn::LoadU(d, values + i);
    store_byte(d, hn::Mul(value, value), shift, to + i);
  });
}

std::uint64_t sum_of_bytes_all(const std::uint8_t* bytes, Index count) {
  std::uint64_t sum = 0;
  Index i = 0;
#if HWY_TARGET != HWY_SCALAR
  const hn::ScalableTag<std::uint8_t> d;
  const hn::Repartition<std::uint64_t, decltype(d)> wide;
  auto sums = hn::Zero(wide);
  for (const auto lanes = static_cast<Index>(hn::Lanes(d)); i + lanes <= count; i += lanes) {
    sums = hn::Add(sums, hn::SumsOf8(hn::LoadU(d, bytes + i)));
  }
  sum = hn::GetLane(hn::SumOfLanes(wide, sums));
#endif
  for (; i < count; ++i) sum += bytes[i];
  return sum;
}

void add_loads_all(const std::int32_t* values, Load what, Index count, std::int32_t* load,
                   std::int32_t* active) {
  for_each_run(count, [&](auto d, Index i) HWY_ATTR {
    const auto value = hn::LoadU(d, values + i);
    const auto size = what == Load::square ? hn::Mul(value, value) : hn::Abs(value);
    hn::StoreU(hn::Add(hn::LoadU(d, load + i), size), d, load + i);
    const auto is_driven = hn::IfThenElseZero(hn::Ne(value, hn::Zero(d)), hn::Set(d, 1));
    hn::StoreU(hn::Add(hn::LoadU(d, active + i), is_driven), d, active + i);
  });
}

}  // namespace ohm::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ohm {

HWY_EXPORT(range_of_all);
HWY_EXPORT(take_bytes_all);
HWY_EXPORT(take_square_bytes_all);
HWY_EXPORT(sum_of_bytes_all);
HWY_EXPORT(add_loads_all);

IntegerRange range_of(const IntegerRows& x) {
  return HWY_DYNAMIC_DISPATCH(range_of_all)(x);
}

void take_bytes(const std::int32_t* values, Index count, std::int32_t offset, int shift,
                std::uint8_t* to) {
  HWY_DYNAMIC_DISPATCH(take_bytes_all)(values, count, offset, shift, to);
}

void take_square_bytes(const std::int32_t* values, Index count, int shift, std::uint8_t* to) {
  HWY_DYNAMIC_DISPATCH(take_square_bytes_all)(values, count, shift, to);
}

std::uint64_t sum_of_bytes(const std::uint8_t* bytes, Index count) {
  return HWY_DYNAMIC_DISPATCH(sum_of_bytes_all)(bytes, count);
}

void add_loads(const std::int32_t* values, Load what, Index count, std::int32_t* load,
               std::int32_t* active) {
  HWY_DYNAMIC_DISPATCH(add_loads_all)(values, what, count, load, active);
}

}  // namespace ohm
#endif  // HWY_ONCE
