//! Lists, a page at a time.

use crate::Id;

/// Which page of a list to read: the newest first, after an id.
#[derive(Debug)]
pub struct Page<T> {
    /// The most items to return.
    pub size: u64,
    /// The last id of the page before; none for the first page.
    pub after: Option<Id<T>>,
}

impl<T> Clone for Page<T> {
    fn clone(&self) -> Self {
        Self { size: self.size, after: self.after }
    }
}

impl<T> Page<T> {
    /// How many items to read: one more than fits shows that another page follows.
    #[must_use]
    pub fn limit(&self) -> u64 {
        self.size + 1
    }

    /// Cuts what was read to the page; answers the id to continue after, if there is more.
    pub fn cut<I>(&self, items: &mut Vec<I>, id: impl Fn(&I) -> Id<T>) -> Option<Id<T>> {
        let size = usize::try_from(self.size).unwrap_or(usize::MAX);
        let more = items.len() > size;
        items.truncate(size);
        items.last().filter(|_| more).map(id)
    }
}
