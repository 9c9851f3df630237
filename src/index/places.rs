//! Every record that a query finds, without any score.

use tantivy::{
    DocId, Score, SegmentOrdinal, SegmentReader,
    collector::{Collector, SegmentCollector},
    columnar::Column,
};

/// Collects the places of the records, in rising order.
pub(super) struct Places;

/// The places in one segment.
pub(super) struct Segment {
    record: Column<u64>,
    places: Vec<usize>,
}

impl Collector for Places {
    type Fruit = Vec<usize>;
    type Child = Segment;

    fn for_segment(&self, _: SegmentOrdinal, segment: &SegmentReader) -> tantivy::Result<Segment> {
        Ok(Segment { record: segment.fast_fields().u64("record")?, places: Vec::new() })
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, segments: Vec<Vec<usize>>) -> tantivy::Result<Vec<usize>> {
        let mut places = segments.concat();
        places.sort_unstable();
        Ok(places)
    }
}

impl SegmentCollector for Segment {
    type Fruit = Vec<usize>;

    fn collect(&mut self, document: DocId, _: Score) {
        self.places.extend(self.record.first(document).and_then(|place| usize::try_from(place).ok()));
    }

    fn harvest(self) -> Vec<usize> {
        self.places
    }
}
