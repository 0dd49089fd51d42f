// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <new>
#include <vector>

#include "core/index.h"

namespace ohm {

inline constexpr std::size_t kCacheLine = 64;

/// The smallest multiple of `to` that is at least n.
constexpr Index round_up(Index n, Index to) {
  return (n + to - 1) / to * to;
}

/// Memory from the start of a cache line on; new elements of plain types are not cleared.
template <class T>
struct CacheLineAllocator {
  using value_type = T;
  CacheLineAllocator() = default;
  template <class U>
  explicit CacheLineAllocator(const CacheLineAllocator<U>&) {}

  T* allocate(std::size_t n) {
    return static_cast<T*>(::operator new (n * sizeof(T), std::align_val_t{kCacheLine}));
  }
  void deallocate(T* values, std::size_t) {
    ::operator delete (values, std::align_val_t{kCacheLine});
  }
  template <class U>
  void construct(U* value) {
    ::new (static_cast<void*>(value)) U;
  }
  bool operator==(const CacheLineAllocator&) const = default;
};

/// What vectors of instructions read and write in whole cache lines. resize() leaves new elements
/// of plain types as they come: for room that is overwritten.
template <class T>
using AlignedVector = std::vector<T, CacheLineAllocator<T>>;

}  // namespace ohm
