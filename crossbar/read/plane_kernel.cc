// SPDX-License-Identifier: Apache-2.0
#include "crossbar/read/plane_kernel.h"

#include <cstring>

// Highway compiles this file once per instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "crossbar/read/plane_kernel.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace ohm::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class T>
inline constexpr Index kWidth = kEntryBytes / static_cast<Index>(sizeof(T));
template <class T>
using Tag = hn::CappedTag<T, static_cast<size_t>(kWidth<T>)>;

template <class T>
HWY_INLINE void widen_digits(const std::int8_t* digits, Index stride, Index n_rows, int shift,
                             T* out) {
  const Tag<T> d;
  const hn::Rebind<std::int8_t, decltype(d)> bytes;
  for (Index i = 0; i < n_rows; ++i) {
    for (Index j = 0; j < kWidth<T>; j += static_cast<Index>(hn::Lanes(d))) {
      T* to = out + i * kWidth<T> + j;
      const auto digit = hn::PromoteTo(d, hn::LoadU(bytes, digits + i * stride + j));
      hn::StoreU(hn::Add(hn::LoadU(d, to), hn::ShiftLeftSame(digit, shift)), d, to);
    }
  }
}

template <class T>
HWY_INLINE void build(const T* rows, Index n_tables, T* tables) {
  const Tag<T> d;
  const auto lanes = static_cast<Index>(hn::Lanes(d));
  for (Index table = 0; table < n_tables; ++table) {
    for (Index j = 0; j < kWidth<T>; j += lanes) {
      T* entries = tables + table * kTableEntries * kWidth<T> + j;
      hn::Store(hn::Zero(d), d, entries);
      for (Index r = 0; r < kTableRows; ++r) {
        const auto row = hn::LoadU(d, rows + (table * kTableRows + r) * kWidth<T> + j);
        T* upper = entries + (Index{1} << r) * kWidth<T>;
        for (Index e = 0; e < (Index{1} << r); ++e) {
          hn::Store(hn::Add(hn::Load(d, entries + e * kWidth<T>), row), d, upper + e * kWidth<T>);
        }
      }
    }
  }
}

HWY_INLINE void widen(const std::int32_t* sums, std::int32_t* out) {
  const Tag<std::int32_t> d;
  for (Index j = 0; j < kWidth<std::int32_t>; j += static_cast<Index>(hn::Lanes(d))) {
    hn::StoreU(hn::Load(d, sums + j), d, out + j);
  }
}

HWY_INLINE void widen(const std::int16_t* sums, std::int32_t* out) {
  const hn::CappedTag<std::int32_t, 16> d;
  const hn::Rebind<std::int16_t, decltype(d)> narrow;
  for (Index j = 0; j < kWidth<std::int16_t>; j += static_cast<Index>(hn::Lanes(d))) {
    hn::StoreU(hn::PromoteTo(d, hn::LoadU(narrow, sums + j)), d, out + j);
  }
}

/// The sums of one vector, in registers until they are complete.
template <class T>
HWY_INLINE void add(const std::uint16_t* offsets, Index n_tables, const T* tables, T* sums) {
  const Tag<T> d;
  constexpr auto kLanes = static_cast<Index>(hn::MaxLanes(Tag<T>()));
  constexpr auto kParts = static_cast<size_t>(kWidth<T> / kLanes);
  hn::Vec<Tag<T>> total[kParts];
  for (auto& part : total) part = hn::Zero(d);
  const auto* base = reinterpret_cast<const char*>(tables);
  for (Index table = 0; table < n_tables; table += kTablesAtOnce) {
    std::uint64_t four;
    std::memcpy(&four, offsets + table, sizeof four);
#pragma GCC unroll 4
    for (Index k = 0; k < kTablesAtOnce; ++k) {
      const auto* entry = reinterpret_cast<const T*>(base + static_cast<std::uint16_t>(four) +
                                                     k * kTableEntries * kEntryBytes);
      four >>= 16;
      for (size_t part = 0; part < kParts; ++part) {
        total[part] = hn::Add(total[part], hn::Load(d, entry + static_cast<Index>(part) * kLanes));
      }
    }
    base += kTablesAtOnce * kTableEntries * kEntryBytes;
  }
  for (size_t part = 0; part < kParts; ++part) {
    hn::Store(total[part], d, sums + static_cast<Index>(part) * kLanes);
  }
}

template <class T>
HWY_INLINE void add_all(const PlaneAddresses& planes, const T* tables, std::int32_t* out,
                        Index stride) {
  HWY_ALIGN T sums[kWidth<T>];
  for (Index v = 0; v < planes.n_vectors; ++v) {
    add(planes.offsets + v * planes.n_tables, planes.n_tables, tables, sums);
    widen(sums, out + v * stride);
  }
}

void add_digits_int32(const std::int8_t* digits, Index stride, Index n_rows, int shift,
                      std::int32_t* out) {
  widen_digits(digits, stride, n_rows, shift, out);
}

void add_digits_int16(const std::int8_t* digits, Index stride, Index n_rows, int shift,
                      std::int16_t* out) {
  widen_digits(digits, stride, n_rows, shift, out);
}

void build_int32(const std::int32_t* rows, Index n_tables, std::int32_t* tables) {
  build(rows, n_tables, tables);
}

void build_int16(const std::int16_t* rows, Index n_tables, std::int16_t* tables) {
  build(rows, n_tables, tables);
}

void add_int32(const PlaneAddresses& planes, const std::int32_t* tables, std::int32_t* out,
               Index stride) {
  add_all(planes, tables, out, stride);
}

void add_int16(const PlaneAddresses& planes, const std::int16_t* tables, std::int32_t* out,
               Index stride) {
  add_all(planes, tables, out, stride);
}

}  // namespace ohm::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ohm {

HWY_EXPORT(add_digits_int32);
HWY_EXPORT(add_digits_int16);
HWY_EXPORT(build_int32);
HWY_EXPORT(build_int16);
HWY_EXPORT(add_int32);
HWY_EXPORT(add_int16);

void add_digits(const std::int8_t* digits, Index stride, Index n_rows, int shift,
                std::int32_t* out) {
  HWY_DYNAMIC_DISPATCH(add_digits_int32)(digits, stride, n_rows, shift, out);
}

void add_digits(const std::int8_t* digits, Index stride, Index n_rows, int shift,
                std::int16_t* out) {
  HWY_DYNAMIC_DISPATCH(add_digits_int16)(digits, stride, n_rows, shift, out);
}

void build_tables(const std::int32_t* rows, Index n_tables, std::int32_t* tables) {
  HWY_DYNAMIC_DISPATCH(build_int32)(rows, n_tables, tables);
}

void build_tables(const std::int16_t* rows, Index n_tables, std::int16_t* tables) {
  HWY_DYNAMIC_DISPATCH(build_int16)(rows, n_tables, tables);
}

void add_entries(const PlaneAddresses& planes, const std::int32_t* tables, std::int32_t* out,
                 Index stride) {
  HWY_DYNAMIC_DISPATCH(add_int32)(planes, tables, out, stride);
}

void add_entries(const PlaneAddresses& planes, const std::int16_t* tables, std::int32_t* out,
                 Index stride) {
  HWY_DYNAMIC_DISPATCH(add_int16)(planes, tables, out, stride);
}

}  // namespace ohm
#endif  // HWY_ONCE
