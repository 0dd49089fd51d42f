// SPDX-License-Identifier: Apache-2.0
#include "crossbar/product/plane_kernel.h"

#include <cstring>
#include <type_traits>

// Highway compiles this file once per instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "crossbar/product/plane_kernel.cc"
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

template <class D, class From>
HWY_INLINE hn::Vec<D> load_as(D d, const From* from) {
  const hn::Rebind<From, D> narrow;
  if constexpr (std::is_same_v<From, hn::TFromD<D>>) {
    return hn::LoadU(narrow, from);
  } else {
    return hn::PromoteTo(d, hn::LoadU(narrow, from));
  }
}

/// Sums of the columns of one entry, in registers.
template <class T, Index kColumns>
class Sums {
  using D = hn::CappedTag<T, static_cast<size_t>(kColumns)>;
  static constexpr auto kLanes = static_cast<Index>(hn::MaxLanes(D()));

 public:
  HWY_INLINE Sums() {
    for (auto& part : parts_) part = hn::Zero(D());
  }
  HWY_INLINE hn::Vec<D>* parts() { return parts_; }

  template <class Narrow>
  HWY_INLINE void add(const Sums<Narrow, kColumns>& other) {
    HWY_ALIGN Narrow values[static_cast<size_t>(kColumns)];
    other.store(values);
    for (Index k = 0; k < kColumns / kLanes; ++k) {
      parts_[k] = hn::Add(parts_[k], load_as(D(), values + k * kLanes));
    }
  }

  HWY_INLINE void store(T* to) const {
    for (Index k = 0; k < kColumns / kLanes; ++k) hn::StoreU(parts_[k], D(), to + k * kLanes);
  }

 private:
  hn::Vec<D> parts_[static_cast<size_t>(kColumns / kLanes)];
};

/// total += the entries that four offsets address in four tables.
template <class T>
HWY_INLINE void add_four(const std::uint16_t* offsets, const char* tables,
                         Sums<T, kWidth<T>>& total) {
  const Tag<T> d;
  constexpr auto kLanes = static_cast<Index>(hn::MaxLanes(Tag<T>()));
  auto* parts = total.parts();
  std::uint64_t four;
  std::memcpy(&four, offsets, sizeof four);
#pragma GCC unroll 4
  for (Index k = 0; k < kTablesAtOnce; ++k) {
    const auto* entry = reinterpret_cast<const T*>(tables + static_cast<std::uint16_t>(four) +
                                                   k * kTableEntries * kEntryBytes);
    four >>= 16;
    for (Index part = 0; part < kWidth<T> / kLanes; ++part) {
      parts[part] = hn::Add(parts[part], hn::Load(d, entry + part * kLanes));
    }
  }
}

/// The sums of one vector, in registers until they are complete; in T over four tables.
template <class T, class Sum>
HWY_INLINE Sums<Sum, kWidth<T>> add(const std::uint16_t* offsets, Index n_tables, const T* tables) {
  Sums<Sum, kWidth<T>> total;
  const auto* base = reinterpret_cast<const char*>(tables);
  for (Index table = 0; table < n_tables; table += kTablesAtOnce) {
    if constexpr (std::is_same_v<T, Sum>) {
      add_four(offsets + table, base, total);
    } else {
      Sums<T, kWidth<T>> narrow;
      add_four(offsets + table, base, narrow);
      total.add(narrow);
    }
    base += kTablesAtOnce * kTableEntries * kEntryBytes;
  }
  return total;
}

template <class T, class Sum>
HWY_INLINE void add_all(const PlaneAddresses& planes, const T* tables, std::int32_t* out,
                        Index stride) {
  for (Index v = 0; v < planes.n_vectors; ++v) {
    Sums<std::int32_t, kWidth<T>> wide;
    wide.add(add<T, Sum>(planes.offsets + v * planes.n_tables, planes.n_tables, tables));
    wide.store(out + v * stride);
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

void build_int8(const std::int8_t* rows, Index n_tables, std::int8_t* tables) {
  build(rows, n_tables, tables);
}

void add_int32(const PlaneAddresses& planes, const std::int32_t* tables, std::int32_t* out,
               Index stride) {
  add_all<std::int32_t, std::int32_t>(planes, tables, out, stride);
}

void add_int16(const PlaneAddresses& planes, const std::int16_t* tables, std::int32_t* out,
               Index stride) {
  add_all<std::int16_t, std::int16_t>(planes, tables, out, stride);
}

void add_int8(const PlaneAddresses& planes, const std::int8_t* tables, std::int32_t* out,
              Index stride) {
  add_all<std::int8_t, std::int16_t>(planes, tables, out, stride);
}

}  // namespace ohm::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ohm {

HWY_EXPORT(add_digits_int32);
HWY_EXPORT(add_digits_int16);
HWY_EXPORT(build_int32);
HWY_EXPORT(build_int16);
HWY_EXPORT(build_int8);
HWY_EXPORT(add_int32);
HWY_EXPORT(add_int16);
HWY_EXPORT(add_int8);

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

void build_tables(const std::int8_t* rows, Index n_tables, std::int8_t* tables) {
  HWY_DYNAMIC_DISPATCH(build_int8)(rows, n_tables, tables);
}

void add_entries(const PlaneAddresses& planes, const std::int32_t* tables, std::int32_t* out,
                 Index stride) {
  HWY_DYNAMIC_DISPATCH(add_int32)(planes, tables, out, stride);
}

void add_entries(const PlaneAddresses& planes, const std::int16_t* tables, std::int32_t* out,
                 Index stride) {
  HWY_DYNAMIC_DISPATCH(add_int16)(planes, tables, out, stride);
}

void add_entries(const PlaneAddresses& planes, const std::int8_t* tables, std::int32_t* out,
                 Index stride) {
  HWY_DYNAMIC_DISPATCH(add_int8)(planes, tables, out, stride);
}

}  // namespace ohm
#endif  // HWY_ONCE
