-- The days are those of the sales, and the whole months are all that lie between them: none begins before, ends after, or
-- is left out.
with

expected as (
    select
        min(sales_day) as first_day,
        max(sales_day) as last_day
    from fct_sales
    having count(*) > 0
),

sides as (
    select
        1 as expected,
        0 as seen,
        first_day,
        last_day,
        days_between(first_day, last_day) + 1 as days
    from expected
    union all
    select
        0 as expected,
        1 as seen,
        first_day,
        last_day,
        days
    from mart_data_span
),

differing as (
    select
        first_day,
        last_day,
        sum(expected) as expected,
        sum(seen) as seen
    from sides
    group by first_day, last_day, days
    having sum(expected) <> sum(seen)
),

-- Months that begin from the first day on and end by the last one: of what begins then, all but the last if that is cut.
counted as (
    select
        *,
        months_between(first_day - 1, last_day + 1) - 1 as expected_months
    from mart_data_span
),

final as (
    select
        first_day,
        last_day,
        expected,
        seen
    from differing
    union all
    select
        first_day,
        last_day,
        case when expected_months > 0 then expected_months else 0 end as expected,
        whole_months as seen
    from counted
    where
        whole_months <> case when expected_months > 0 then expected_months else 0 end
        or (whole_months > 0 and days_between(first_day, first_whole_month) not between 0 and 30)
        or (whole_months > 0 and months_between(first_whole_month, last_whole_month) + 1 <> whole_months)
        or (whole_months > 0 and first_whole_month <> month_of(first_whole_month))
        or (whole_months > 0 and last_whole_month <> month_of(last_whole_month))
        or (whole_months > 0) <> (first_whole_month is not null and last_whole_month is not null)
)

select * from final
